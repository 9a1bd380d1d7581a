//! The directory that is filled before it takes the output's place.

use crate::error::{Code, Error, Result};
use crate::package::Package;
use crate::slim::cold::ColdArchive;
use crate::slim::plan::OWN_DIRECTORY;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory beside the output. Unless it is put in place, dropping it removes it.
#[derive(Debug)]
pub(crate) struct Stage {
    directory: TempDir,
    out: PathBuf,
}

impl Stage {
    /// Checks that `out` may be written, and makes an empty directory beside it.
    ///
    /// Fails with `package.output_inside` and `package.output_exists`.
    pub(super) fn open(package: &Package, out: &Path, force: bool) -> Result<Self> {
        Self::open_where(package, out, |out| force && is_replaceable(out))
    }

    /// The same, where something that stands there may be replaced if `is_ours` says so.
    pub(crate) fn open_where(package: &Package, out: &Path, is_ours: impl FnOnce(&Path) -> bool) -> Result<Self> {
        let out = std::path::absolute(out).map_err(|error| failed(&error).with("out", out.display()))?;
        let parent = out.parent().unwrap_or(Path::new("/")).to_owned();
        std::fs::create_dir_all(&parent).map_err(|error| failed(&error).with("out", out.display()))?;
        let real = parent.canonicalize().map_err(|error| failed(&error).with("out", out.display()))?;
        let out = real.join(out.file_name().unwrap_or_default());
        let mut roots = package.tree().roots().iter().map(|root| &root.path);
        // Replacing what lies around the package would take it away.
        if roots.any(|root| out.starts_with(root) || root.starts_with(&out)) {
            return Err(Error::new(
                Code::OutputInside,
                "slim the package",
                "the output lies inside of it, or around it",
            )
            .with("out", out.display()));
        }
        may_write(&out, is_ours(&out))?;
        let directory = tempfile::Builder::new().prefix(".headstart-slim-").tempdir_in(&real);
        let directory = directory.map_err(|error| failed(&error).with("out", out.display()))?;
        Ok(Self { directory, out })
    }

    /// Checks that a cold archive may be written beside the output; where it will be.
    ///
    /// Fails with `package.output_exists`.
    pub(super) fn beside(&self, force: bool) -> Result<PathBuf> {
        let mut beside = self.out.as_os_str().to_owned();
        beside.push(".cold");
        let beside = PathBuf::from(beside);
        may_write(&beside, force && ColdArchive::open(&beside).is_ok())?;
        Ok(beside)
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where the output will be.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }
}

/// Others may read what is deployed; a temporary directory is its owner's alone.
pub(crate) fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

fn may_write(out: &Path, is_ours: bool) -> Result<()> {
    if is_ours || is_free(out) {
        return Ok(());
    }
    Err(Error::new(Code::OutputExists, "slim the package", "something stands at the output").with("out", out.display()))
}

fn is_free(out: &Path) -> bool {
    match std::fs::symlink_metadata(out) {
        Ok(found) if found.is_dir() => std::fs::read_dir(out).is_ok_and(|mut names| names.next().is_none()),
        Ok(_) => false,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Only what an earlier run wrote is replaced: a directory or an archive with our own in it.
fn is_replaceable(out: &Path) -> bool {
    let Ok(found) = std::fs::symlink_metadata(out) else { return false };
    (found.is_file() && is_our_archive(out)) || (found.is_dir() && out.join(OWN_DIRECTORY).is_dir())
}

fn is_our_archive(out: &Path) -> bool {
    let archive = std::fs::File::open(out).ok().and_then(|file| zip::ZipArchive::new(io::BufReader::new(file)).ok());
    let is_own = |name: &str| name.split('/').any(|part| part == OWN_DIRECTORY);
    archive.is_some_and(|archive| archive.file_names().any(|name| name.is_ok_and(|name| is_own(&name))))
}

pub(super) fn failed(error: &io::Error) -> Error {
    Error::new(Code::SystemIo, "slim the package", error.to_string())
}
