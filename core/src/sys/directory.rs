//! Directories that belong to this user alone.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

/// Makes `path` and its parents where they are missing, mode 0700, and checks that the directory is this
/// user's and that nobody else may write to it. A link in its last part is not followed.
pub fn make_private(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path).or_else(|_| {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        fs::symlink_metadata(path)
    })?;
    let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned()));
    if !found.is_dir() {
        return refuse("it is not a directory");
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return refuse("it belongs to another user");
    }
    if found.permissions().mode() & 0o022 != 0 {
        return refuse("others may write to it");
    }
    Ok(())
}

/// Writes a file so that a reader sees all of it or nothing of it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory.join(format!(".{name}.{}.{}", std::process::id(), super::clock::monotonic_ns()));
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path).inspect_err(|_| {
        // What was written is of no use now; that it cannot be removed changes nothing for the caller.
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_may_not_write() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        make_private(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(make_private(&path).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_link_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("link")).unwrap();
        assert!(make_private(&root.path().join("link")).is_err());
    }
}
