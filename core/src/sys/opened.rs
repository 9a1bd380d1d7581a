//! Which files are opened below some directories, by whichever process (`inotify(7)`).

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use tokio::io::unix::AsyncFd;

/// How much is read at once.
const PIECE: usize = 16 << 10;

/// Collects the files that are opened in directories, until it is dropped.
#[derive(Debug)]
pub struct Opened {
    queue: AsyncFd<OwnedFd>,
    directories: HashMap<i32, PathBuf>,
    files: BTreeSet<PathBuf>,
    is_complete: bool,
}

impl Opened {
    /// Watches these directories, each for itself and not for what is below it. To be called within a tokio
    /// runtime with I/O enabled.
    ///
    /// Fails with `ENOSPC` where the user may not watch as many (`fs.inotify.max_user_watches`), `EMFILE` where
    /// there are too many watchers.
    pub fn watch<P: AsRef<Path>>(directories: impl IntoIterator<Item = P>) -> io::Result<Self> {
        let queue = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let mut watched = HashMap::new();
        for directory in directories {
            let directory = directory.as_ref();
            match inotify::add_watch(&queue, directory, WatchFlags::OPEN | WatchFlags::ONLYDIR) {
                Ok(number) => drop(watched.insert(number, directory.to_owned())),
                // It is gone, or may not be read: nothing of it will be opened.
                Err(rustix::io::Errno::NOENT | rustix::io::Errno::ACCESS) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let queue = crate::sys::process::watch_async(queue).map_err(|(_, error)| error)?;
        Ok(Self { queue, directories: watched, files: BTreeSet::new(), is_complete: true })
    }

    /// Takes note of what is opened for as long as the caller waits; never ends by itself.
    pub async fn follow(&mut self) -> Infallible {
        loop {
            match self.queue.readable().await {
                Ok(mut ready) => ready.clear_ready(),
                // The runtime is going away.
                Err(_) => return std::future::pending().await,
            }
            self.drain();
        }
    }

    /// What was opened so far, and whether that is all: the kernel drops what is not read in time.
    pub fn finish(mut self) -> (BTreeSet<PathBuf>, bool) {
        self.drain();
        (self.files, self.is_complete)
    }

    fn drain(&mut self) {
        let mut piece = [MaybeUninit::uninit(); PIECE];
        let mut reader = inotify::Reader::new(self.queue.as_fd(), &mut piece);
        // An empty queue is an error, the one that is met here.
        while let Ok(event) = reader.next() {
            self.is_complete &= !event.events().contains(ReadFlags::QUEUE_OVERFLOW);
            if let (Some(directory), Some(name), false) =
                (self.directories.get(&event.wd()), event.file_name(), event.events().contains(ReadFlags::ISDIR))
            {
                self.files.insert(directory.join(OsStr::from_bytes(name.to_bytes())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_opened_is_seen() {
        let root = tempfile::tempdir().unwrap();
        for name in ["read", "left"] {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        let missing = root.path().join("missing");
        let mut opened = Opened::watch([root.path(), &missing]).unwrap();
        std::fs::read(root.path().join("read")).unwrap();
        let waited = tokio::time::timeout(std::time::Duration::from_millis(50), opened.follow()).await;
        assert!(waited.is_err(), "following has no end");
        assert_eq!(opened.finish(), (BTreeSet::from([root.path().join("read")]), true));
    }
}
