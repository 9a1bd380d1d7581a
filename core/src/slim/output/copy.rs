//! Kept files to their places; all others into the cold archive.

use super::progress::{Progress, Step, step};
use super::stage::failed;
use crate::error::{Code, Error, Result};
use crate::package::{FileId, FileKind, Package, RootRole};
use crate::slim::cold::ColdWriter;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Bytes of a file that goes into the cold archive; its readers take no larger block.
const MOST_COLD: u64 = 2 << 30;

/// Where a file stands in the output, below it; `None` where it is no part of it: a layer's.
pub(super) fn place(package: &Package, file: FileId) -> Option<PathBuf> {
    let found = package.tree().file(file);
    let root = &package.tree().roots()[found.root];
    match root.role {
        RootRole::Code => Some(found.path.clone()),
        RootRole::Layer => None,
        RootRole::Linked => {
            let links = package.python_path().links.iter();
            let name = links.filter(|(_, place)| **place == root.path).map(|(name, _)| name).next();
            Some(name.map_or_else(|| found.path.clone(), |name| Path::new(name).join(&found.path)))
        }
    }
}

/// Copies files below `to`.
pub(crate) fn keep(package: &Package, files: &[FileId], to: &Path, progress: &dyn Progress) -> Result<()> {
    progress.begin(Step::Copying, files.len() as u64);
    for file in files {
        step(progress)?;
        if let Some(place) = place(package, *file) {
            one(package, *file, &to.join(place)).map_err(|error| about(package, *file, &error))?;
        }
    }
    Ok(())
}

fn one(package: &Package, file: FileId, to: &Path) -> io::Result<()> {
    let found = package.tree().file(file);
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    if let FileKind::Link(target) = &found.kind {
        return std::os::unix::fs::symlink(target, to);
    }
    fs::copy(package.tree().absolute(file), to)?;
    // Those who write may also read and remove; no one else may write what is deployed.
    fs::set_permissions(to, fs::Permissions::from_mode((found.mode & 0o755) | 0o644))
}

/// Puts files into the archive.
pub(super) fn pack(
    package: &Package,
    files: &[FileId],
    archive: &mut ColdWriter,
    progress: &dyn Progress,
) -> Result<()> {
    progress.begin(Step::Packing, files.len() as u64);
    let mut named: Vec<(String, FileId)> =
        files.iter().filter_map(|file| Some((place(package, *file)?.to_str()?.to_owned(), *file))).collect();
    named.sort();
    named.dedup_by(|one, other| one.0 == other.0);
    for (name, file) in named {
        step(progress)?;
        let found = package.tree().file(file);
        if found.size > MOST_COLD {
            let text = "a file is too large for a cold archive";
            let error = Error::new(Code::PackageTooLarge, "write the cold archive", text);
            return Err(error.with("file", package.tree().absolute(file).display()).hint("keep it with --include"));
        }
        let content = package.tree().read(file, MOST_COLD).map_err(|error| about(package, file, &error))?;
        archive.add(name.as_bytes(), found.mode & 0o755 | 0o644, false, &content)?;
    }
    Ok(())
}

fn about(package: &Package, file: FileId, error: &io::Error) -> Error {
    failed(error).with("file", package.tree().absolute(file).display())
}
