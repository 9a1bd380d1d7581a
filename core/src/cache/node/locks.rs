//! Turns at computing a value, among processes.

use super::super::key::KeyHash;
use super::super::store::{Turn, try_for};
use super::directory::Directory;
use crate::sys::fork::PerProcess;
use crate::sys::range_lock;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// How often a lock is tried for: first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(20));

/// The lock files that this process has open, by device and number: closing one of two descriptors would let go of what
/// was locked by the other.
static OPEN: LazyLock<PerProcess<Mutex<LockFiles>>> = LazyLock::new(|| PerProcess::new(Mutex::default));

type LockFiles = HashMap<(u64, u64), Weak<LockFile>>;

/// A namespace's lock file, once for each process.
#[derive(Debug)]
pub(super) struct LockFile {
    file: File,
    /// What caches of this process have, for the kernel does not tell them apart. A child that has a turn from its parent
    /// finds nothing here.
    held: PerProcess<Mutex<HashSet<u64>>>,
}

impl LockFile {
    pub(super) fn open(directory: &Directory) -> io::Result<Arc<Self>> {
        let mut open = lock(OPEN.get());
        if let Some(found) = directory.lock_identity()?.and_then(|identity| open.get(&identity)?.upgrade()) {
            return Ok(found);
        }
        let file = directory.lock_file()?;
        let metadata = file.metadata()?;
        let opened = Arc::new(Self { file, held: PerProcess::new(Mutex::default) });
        open.retain(|_, file| file.strong_count() > 0);
        open.insert((metadata.dev(), metadata.ino()), Arc::downgrade(&opened));
        Ok(opened)
    }

    /// The turn, at once or when whoever has it lets go of it or is killed.
    pub(super) fn turn(self: &Arc<Self>, key: &KeyHash, within: Duration) -> io::Result<Option<Box<dyn Turn>>> {
        self.turn_at(key.offset(), within)
    }

    /// The turn at a place that no key has.
    pub(super) fn turn_at(self: &Arc<Self>, offset: u64, within: Duration) -> io::Result<Option<Box<dyn Turn>>> {
        let locked = try_for(within, PAUSES, || self.try_lock(offset))?;
        Ok(locked.map(|locked| Box::new(locked) as Box<dyn Turn>))
    }

    fn try_lock(self: &Arc<Self>, offset: u64) -> io::Result<Option<Locked>> {
        let mut held = lock(self.held.get());
        if held.contains(&offset) || !range_lock::try_lock(&self.file, offset)? {
            return Ok(None);
        }
        held.insert(offset);
        Ok(Some(Locked { file: Arc::clone(self), offset }))
    }
}

/// A byte of the lock file that is one cache's.
#[derive(Debug)]
struct Locked {
    file: Arc<LockFile>,
    offset: u64,
}

impl Turn for Locked {}

impl Drop for Locked {
    fn drop(&mut self) {
        let mut held = lock(self.file.held.get());
        // A child that inherited this never had it.
        if held.remove(&self.offset) {
            // It ends with the process at the latest.
            let _ = range_lock::unlock(&self.file.file, self.offset);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::super::key::Namespace;
    use super::*;

    #[test]
    fn two_caches_of_a_process_exclude_each_other() {
        let base = tempfile::tempdir().unwrap();
        let namespace = Namespace::new("test", "", "bytes");
        let open = || LockFile::open(&Directory::open(&base.path().join("cache"), &namespace).unwrap()).unwrap();
        let (one, other) = (open(), open());
        let (key, another) = (KeyHash::of(&namespace, b"key"), KeyHash::of(&namespace, b"another"));
        let turn = one.turn(&key, Duration::ZERO).unwrap();
        assert!(turn.is_some());
        assert!(other.turn(&key, Duration::from_millis(5)).unwrap().is_none());
        assert!(other.turn(&another, Duration::ZERO).unwrap().is_some());
        drop(turn);
        assert!(other.turn(&key, Duration::ZERO).unwrap().is_some());
    }
}
