//! What Cargo built, where it lies, and which of it is meant.

use super::profile;
use crate::package::{Libc, Target, elf};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Directories below a profile's, in which Cargo keeps what it links from.
const INNER: &[&str] = &["build", "deps", "examples", "incremental"];

/// A built file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Built {
    pub(super) path: PathBuf,
    /// The profile that it was built with.
    pub(super) profile: String,
    /// The triple that it was built for, where it was named.
    triple: Option<String>,
    modified: SystemTime,
}

/// Every file of this name that Cargo built: `PROFILE/NAME`, `TRIPLE/PROFILE/NAME`.
pub(super) fn built(target_directory: &Path, name: &str) -> Vec<Built> {
    let mut found = Vec::new();
    for first in names(target_directory) {
        let directory = target_directory.join(&first);
        if let Some(built) = at(&directory, name, None) {
            found.push(built);
            continue;
        }
        let below = names(&directory).into_iter().filter(|second| !INNER.iter().any(|inner| second == inner));
        found.extend(below.filter_map(|second| at(&directory.join(second), name, Some(&first))));
    }
    found
}

/// The one that is meant: of those for the machine, if one was named, the newest of profile `release`, else the
/// newest.
pub(super) fn pick(built: Vec<Built>, target: Option<Target>) -> Option<Built> {
    let fits = |built: &Built| target.is_none_or(|target| is_for(built, target));
    built.into_iter().filter(fits).max_by_key(|built| (built.profile == "release", built.modified))
}

/// Whether a file is for a machine: by the triple's name, else by what the file says.
fn is_for(built: &Built, target: Target) -> bool {
    match &built.triple {
        Some(triple) => {
            let is_musl = triple.contains("musl");
            triple.starts_with(target.machine()) && is_musl == (target.libc == Libc::Musl)
        }
        None => elf::needed_at(&built.path).is_ok_and(|needed| needed.fits(target)),
    }
}

fn at(directory: &Path, name: &str, triple: Option<&OsString>) -> Option<Built> {
    let path = directory.join(name);
    let found = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(Built {
        path,
        profile: profile::of_directory(&directory.file_name()?.to_string_lossy()).to_owned(),
        triple: triple.map(|it| it.to_string_lossy().into_owned()),
        modified: found.modified().unwrap_or(SystemTime::UNIX_EPOCH),
    })
}

fn names(directory: &Path) -> Vec<OsString> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()));
    directories.map(|entry| entry.file_name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    fn write(root: &Path, path: &str, age: u64) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = fs::File::create(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 - age)).unwrap();
    }

    #[test]
    fn release_goes_first_then_the_newest() {
        let root = tempfile::tempdir().unwrap();
        let picked = |target: Option<&str>| {
            let target = target.map(|it| it.parse().unwrap());
            let picked = pick(built(root.path(), "libx.so"), target)?;
            Some(picked.path.strip_prefix(root.path()).unwrap().display().to_string())
        };
        assert_eq!(picked(None), None);
        write(root.path(), "debug/libx.so", 0);
        write(root.path(), "debug/deps/libx.so", 0);
        assert_eq!(picked(None).as_deref(), Some("debug/libx.so"));
        write(root.path(), "small/libx.so", 5);
        assert_eq!(picked(None).as_deref(), Some("debug/libx.so"));
        write(root.path(), "release/libx.so", 100);
        write(root.path(), "release/build/y/libx.so", 0);
        assert_eq!(picked(None).as_deref(), Some("release/libx.so"));
        write(root.path(), "aarch64-unknown-linux-musl/release/libx.so", 50);
        assert_eq!(picked(None).as_deref(), Some("aarch64-unknown-linux-musl/release/libx.so"));
        let musl = "aarch64-unknown-linux-musl/release/libx.so";
        assert_eq!(picked(Some("linux-arm64-musl")).as_deref(), Some(musl));
        // What is no object is for no machine.
        assert_eq!(picked(Some("linux-arm64")), None);
    }
}
