//! What a function leaves on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How many files are looked at.
const MOST_FILES: usize = 200_000;
/// How many bytes of one file are compared; beyond, its size is.
const MOST_BYTES: u64 = 256 << 20;

/// How the launchers begin the name of the directory into which they unpack cold files.
const UNPACKED: &str = "headstart-cold-";

/// What tells one content of a file from another, as far as a look at its name does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: (i64, i64),
    inode: u64,
}

/// The files of a directory at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot(BTreeMap<PathBuf, Stamp>);

impl Snapshot {
    /// Takes it, without what interpreters and launchers leave behind by themselves.
    pub(super) fn of(directory: &Path) -> Self {
        let mut files = BTreeMap::new();
        walk(directory, &mut |path, metadata| {
            let modified = (metadata.mtime(), metadata.mtime_nsec());
            let stamp = Stamp { size: metadata.size(), modified, inode: metadata.ino() };
            files.insert(path.to_owned(), stamp);
        });
        Self(files)
    }

    /// The files of the same directory that have been made, changed or taken away since, by their names in it.
    pub(super) fn changes(&self, directory: &Path) -> BTreeMap<String, String> {
        let now = Self::of(directory);
        let gone = self.0.keys().filter(|path| !now.0.contains_key(*path)).map(|path| (path, "removed".to_owned()));
        let changed = now.0.iter().filter(|(path, stamp)| self.0.get(*path) != Some(stamp));
        let told = gone.chain(changed.map(|(path, _)| (path, content(path))));
        told.map(|(path, content)| (below(directory, path), content)).collect()
    }
}

fn below(directory: &Path, path: &Path) -> String {
    path.strip_prefix(directory).unwrap_or(path).display().to_string()
}

/// Links are not followed; bytecode and what was unpacked from a cold archive are passed over.
fn walk(directory: &Path, found: &mut impl FnMut(&Path, &fs::Metadata)) {
    let (mut left, mut count) = (vec![directory.to_owned()], 0);
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, Ok(metadata)) = (entry.path(), entry.metadata()) else { continue };
            if metadata.is_dir() && !is_own(&path) {
                left.push(path);
            } else if !metadata.is_dir() && count < MOST_FILES {
                count += 1;
                found(&path, &metadata);
            }
        }
    }
}

fn is_own(directory: &Path) -> bool {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    name == "__pycache__" || name.starts_with(UNPACKED)
}

/// `12 bytes, blake3 3f2a...`; never blocks, as reading a FIFO would.
fn content(path: &Path) -> String {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            format!("link to {}", fs::read_link(path).unwrap_or_default().display())
        }
        Ok(metadata) if metadata.is_file() => {
            let digest = digest(path).unwrap_or_else(|error| error.to_string());
            format!("{} bytes, blake3 {digest}", metadata.len())
        }
        Ok(_) => "not a regular file".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?.take(MOST_BYTES))?;
    Ok(hasher.finalize().to_hex()[..16].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_by_name() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("sub/__pycache__")).unwrap();
        for name in ["kept", "changed", "removed"] {
            fs::write(at(name), name).unwrap();
        }
        let before = Snapshot::of(root.path());
        assert!(before.changes(root.path()).is_empty());
        fs::write(at("changed"), "otherwise").unwrap();
        fs::write(at("sub/made"), "made").unwrap();
        fs::write(at("sub/__pycache__/x.pyc"), "").unwrap();
        fs::remove_file(at("removed")).unwrap();
        let changes = before.changes(root.path());
        assert_eq!(changes.keys().collect::<Vec<_>>(), ["changed", "removed", "sub/made"]);
        assert!(changes["sub/made"].starts_with("4 bytes, blake3 "), "{changes:?}");
        assert_eq!(changes["removed"], "removed");
    }
}
