//! Directories for what is being dumped or restored.

use super::criu::FACTS;
use crate::sys::directory;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PREFIX: &str = ".headstart-";

/// Where there may be a memory file system that everyone can write to.
const IN_MEMORY: [&str; 2] = ["/run", "/dev/shm"];
const TMPFS: rustix::fs::FsWord = 0x0102_1994;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A directory that is removed with everything in it, unless it is kept.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A new one in `root`.
    pub(crate) fn new(root: &Path) -> io::Result<Self> {
        directory::make_private(root)?;
        Self::within(root)
    }

    /// A new one in memory, where this machine has such a file system: no journal is written for what is gone a moment
    /// later.
    pub(super) fn in_memory() -> Option<Self> {
        memory_places().find_map(|place| Self::within(place).ok())
    }

    fn within(place: &Path) -> io::Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = place.join(format!("{PREFIX}{}-{}-{number}", namespace(), std::process::id()));
        // Fails where there is one, whoever made it.
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes all that a restore does not need.
    pub(crate) fn leave_images(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "img") && !path.ends_with(FACTS) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Gives it the place and name `target`; what is there is removed.
    pub(super) fn keep_as(self, target: &Path) -> io::Result<()> {
        let old = self.path.with_extension("old");
        match fs::rename(target, &old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let kept = fs::rename(&self.path, target);
        remove(&old);
        kept
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes what hosts of this machine, or container, left that did not come to an orderly end.
pub(super) fn tidy(root: &Path) {
    let own = format!("{PREFIX}{}-", namespace());
    let mut places: Vec<&Path> = memory_places().collect();
    places.push(root);
    for entry in places.into_iter().flat_map(|place| fs::read_dir(place).into_iter().flatten().flatten()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(&own).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            remove(&entry.path());
        }
    }
}

fn memory_places() -> impl Iterator<Item = &'static Path> {
    let is_memory = |place: &&Path| rustix::fs::statfs(*place).is_ok_and(|found| found.f_type == TMPFS);
    IN_MEMORY.into_iter().map(Path::new).filter(is_memory)
}

/// In which numbers of processes mean what they mean here.
fn namespace() -> u64 {
    fs::metadata("/proc/self/ns/pid").map_or(0, |found| found.ino())
}

/// A program that was killed a moment ago may still write; what cannot be removed is looked at again by the next host.
fn remove(path: &Path) {
    for _ in 0..20 {
        // What counts is whether it is still there.
        let _ = fs::remove_dir_all(path);
        if fs::symlink_metadata(path).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_away_unless_it_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let (gone, kept) = (Scratch::new(root.path()).unwrap(), Scratch::new(root.path()).unwrap());
        fs::write(kept.path().join("a"), "new").unwrap();
        drop(gone);
        let target = root.path().join("name");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("b"), "old").unwrap();
        kept.keep_as(&target).unwrap();
        let names: Vec<_> = fs::read_dir(root.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["name"]);
        assert!(target.join("a").exists() && !target.join("b").exists());
    }

    #[test]
    fn what_a_dead_host_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let mine = Scratch::new(root.path()).unwrap();
        fs::create_dir(root.path().join(format!("{PREFIX}{}-4194305-0", namespace()))).unwrap();
        tidy(root.path());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert!(mine.path().exists());
    }
}
