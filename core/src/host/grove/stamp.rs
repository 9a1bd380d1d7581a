//! Whether a directory still holds the same names.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What a directory's time of change and number are; another one for every name that comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    seconds: i64,
    nanoseconds: i64,
}

/// Directories as they were at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

impl Stamps {
    /// As they are now; what is not there is one state of many.
    pub(super) fn of<'a>(directories: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Self(directories.into_iter().map(|directory| (directory.clone(), stamp(directory))).collect())
    }

    /// Whether all of them are as they were.
    pub(super) fn are_current(&self) -> bool {
        self.0.iter().all(|(directory, before)| stamp(directory) == *before)
    }
}

fn stamp(directory: &Path) -> Option<Stamp> {
    let found = fs::metadata(directory).ok()?;
    let (seconds, nanoseconds) = (found.mtime(), found.mtime_nsec());
    Some(Stamp { device: found.dev(), inode: found.ino(), seconds, nanoseconds })
}

/// Whether two paths name the same thing on disk.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let number = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    one == other || number(one).is_some_and(|one| number(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_comes_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let (path, missing) = (directory.path().to_owned(), directory.path().join("missing"));
        let stamps = Stamps::of([&path, &missing]);
        assert!(stamps.are_current());
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::create_dir(&missing).unwrap();
        assert!(!stamps.are_current());
    }

    #[test]
    fn a_link_is_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(directory.path(), &link).unwrap();
        assert!(is_same(directory.path(), &link) && !is_same(directory.path(), &directory.path().join("no")));
    }
}
