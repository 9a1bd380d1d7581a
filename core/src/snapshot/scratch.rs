//! Directories for what is being dumped or restored.

use super::criu::FACTS;
use crate::sys::directory;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PREFIX: &str = ".work-";

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
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = root.join(format!("{PREFIX}{}-{number}", std::process::id()));
        // One that another process of this number left.
        remove(&path);
        directory::make_private(&path)?;
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

/// A directory of a memory file system.
#[derive(Debug)]
pub(super) struct InMemory(PathBuf);

impl InMemory {
    /// A new one, where this machine has such a file system.
    pub(super) fn new() -> Option<Self> {
        const TMPFS: u64 = 0x0102_1994;
        let places = ["/run", "/dev/shm", "/tmp"].map(Path::new);
        let is_memory = |place: &&Path| rustix::fs::statfs(*place).is_ok_and(|found| found.f_type as u64 == TMPFS);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("headstart-{}-{number}", std::process::id());
        let paths = places.into_iter().filter(is_memory).map(|place| place.join(&name));
        paths.map(Self).find(|path| fs::DirBuilder::new().mode(0o700).create(&path.0).is_ok())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Removes what hosts left that did not come to an orderly end.
pub(super) fn tidy(root: &Path) {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            remove(&entry.path());
        }
    }
}

/// A program that was killed a moment ago may still write; what cannot be removed is looked at again by the next host.
fn remove(path: &Path) {
    for _ in 0..20 {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                std::thread::sleep(Duration::from_millis(5));
            }
            _ => return,
        }
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
        fs::create_dir(root.path().join(".work-4194305-0")).unwrap();
        tidy(root.path());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert!(mine.path().exists());
    }
}
