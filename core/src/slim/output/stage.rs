//! The directory that is filled before it takes the output's place.

use crate::error::{Code, Error, Result};
use crate::package::Package;
use crate::slim::plan::OWN_DIRECTORY;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory beside the output. Unless it is put in place, dropping it removes it.
#[derive(Debug)]
pub(super) struct Stage {
    directory: TempDir,
    out: PathBuf,
}

impl Stage {
    /// Checks that `out` may be written, and makes an empty directory beside it.
    ///
    /// Fails with `package.output_inside` and `package.output_exists`.
    pub(super) fn open(package: &Package, out: &Path, force: bool) -> Result<Self> {
        let out = std::path::absolute(out).map_err(|error| failed(&error).with("out", out.display()))?;
        let parent = out.parent().unwrap_or(Path::new("/")).to_owned();
        std::fs::create_dir_all(&parent).map_err(|error| failed(&error).with("out", out.display()))?;
        let real = parent.canonicalize().map_err(|error| failed(&error).with("out", out.display()))?;
        let out = real.join(out.file_name().unwrap_or_default());
        if package.tree().roots().iter().any(|root| out.starts_with(&root.path)) {
            return Err(Error::new(Code::OutputInside, "slim the package", "the output lies inside of it")
                .with("out", out.display()));
        }
        let may_write = is_free(&out) || (force && is_replaceable(&out));
        if !may_write {
            return Err(Error::new(Code::OutputExists, "slim the package", "something stands at the output")
                .with("out", out.display()));
        }
        let directory = tempfile::Builder::new().prefix(".headstart-slim-").tempdir_in(&real);
        let directory = directory.map_err(|error| failed(&error).with("out", out.display()))?;
        Ok(Self { directory, out })
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where the output will be.
    pub(super) fn out(&self) -> &Path {
        &self.out
    }

    /// Puts a directory that lies in the stage in the output's place.
    pub(super) fn put_directory(&self, from: &Path) -> Result<()> {
        open_to_all(from).map_err(|error| failed(&error))?;
        put_file(from, &self.out)
    }
}

/// Puts a file or directory that lies in the stage in the place of `to`.
pub(super) fn put_file(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    std::fs::rename(from, to).map_err(|error| failed(&error).with("out", to.display()))
}

/// Others may read what is deployed; a temporary directory is its owner's alone.
fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

fn is_free(out: &Path) -> bool {
    match std::fs::symlink_metadata(out) {
        Ok(found) if found.is_dir() => std::fs::read_dir(out).is_ok_and(|mut names| names.next().is_none()),
        Ok(_) => false,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Only what an earlier run wrote is replaced: an archive, or a directory with our own in it.
fn is_replaceable(out: &Path) -> bool {
    let Ok(found) = std::fs::symlink_metadata(out) else { return false };
    (found.is_file() && out.extension().is_some_and(|it| it == "zip"))
        || (found.is_dir() && out.join(OWN_DIRECTORY).is_dir())
}

fn remove(out: &Path) -> Result<()> {
    let removed = match std::fs::symlink_metadata(out) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(out),
        Ok(_) => std::fs::remove_file(out),
        Err(_) => Ok(()),
    };
    removed.map_err(|error| failed(&error).with("out", out.display()))
}

pub(super) fn failed(error: &io::Error) -> Error {
    Error::new(Code::SystemIo, "slim the package", error.to_string())
}
