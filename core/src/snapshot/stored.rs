//! Snapshots as they lie on disk: found, checked, refused.

use super::criu::Criu;
use super::identity::{Identity, Subject, stamp};
use super::metadata::{FILE, Metadata, Taken};
use super::scratch::{self, Scratch};
use crate::bootstrap::message::Resume;
use crate::error::{Code, Error, Result};
use crate::sys::directory;
use crate::sys::in_use::InUse;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long it holds that nothing has changed.
const FRESH: Duration = Duration::from_secs(1);

/// How many restores in a row may fail.
const MOST_FAILURES: u32 = 3;

/// The snapshots of a state directory.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

impl Store {
    /// Removes what hosts left that did not come to an orderly end.
    pub(crate) fn new(root: PathBuf) -> Self {
        scratch::tidy(&root);
        Self { root }
    }

    /// A directory to dump into.
    pub(crate) fn scratch(&self) -> Result<Scratch> {
        Scratch::new(&self.root).map_err(|error| {
            Error::new(Code::StateDirUnusable, "make a directory for snapshots", error.to_string()).caused_by(error)
        })
    }

    /// The snapshot that there is of `subject`, with every byte checked; none where none was taken.
    ///
    /// Fails with `snapshot.invalid` where it is damaged, another user's, or of something else.
    pub(crate) fn find(&self, subject: &Subject, criu: &Criu) -> Result<Option<Snapshot>> {
        let directory = self.root.join(subject.name());
        if !directory.join(FILE).exists() {
            return Ok(None);
        }
        self.open(&directory, subject, criu).map(Some)
    }

    fn open(&self, directory: &Path, subject: &Subject, criu: &Criu) -> Result<Snapshot> {
        let read = || {
            directory::make_private(&self.root)?;
            directory::make_private(directory)?;
            let in_use = InUse::mark(directory)?;
            let metadata = Metadata::read(directory)?;
            metadata.check(directory)?;
            Snapshot::new((directory.to_owned(), in_use), metadata, subject.clone(), criu)
        };
        let snapshot = read().map_err(|error| invalid(directory, &error))?;
        snapshot.look()?;
        Ok(snapshot)
    }

    /// Keeps what was dumped into `scratch`; it takes the place of an older one.
    pub(crate) fn keep(
        &self,
        scratch: Scratch,
        subject: Subject,
        identity: Identity,
        taken: Taken,
        criu: &Criu,
    ) -> Result<Snapshot> {
        let directory = self.root.join(subject.name());
        let keep = || {
            let metadata = Metadata::of(scratch.path(), identity, taken)?;
            metadata.write(scratch.path())?;
            let in_use = InUse::mark(scratch.path())?;
            scratch.keep_as(&directory)?;
            Snapshot::new((directory.clone(), in_use), metadata, subject, criu)
        };
        keep().map_err(|error: io::Error| {
            Error::new(Code::SnapshotDumpFailed, "keep the snapshot", error.to_string()).caused_by(error)
        })
    }
}

/// A snapshot that was found fit.
#[derive(Debug)]
pub(crate) struct Snapshot {
    directory: PathBuf,
    pub(super) metadata: Metadata,
    subject: Subject,
    pub(crate) criu: Criu,
    /// Keeps others from removing it.
    _in_use: InUse,
    /// Of its files, when their content was checked.
    stamps: Vec<(PathBuf, String)>,
    /// When it was last found to fit.
    looked: Mutex<Option<Instant>>,
    restores: AtomicU64,
    /// Restores in a row that failed.
    failures: AtomicU32,
}

impl Snapshot {
    fn new(
        (directory, in_use): (PathBuf, InUse),
        metadata: Metadata,
        subject: Subject,
        criu: &Criu,
    ) -> io::Result<Self> {
        let names = metadata.files.keys().map(String::as_str).chain([FILE]);
        let paths = names.map(|name| directory.join(name));
        let stamps = paths.map(|path| stamp(&path).map(|stamp| (path, stamp))).collect::<io::Result<_>>()?;
        let (looked, restores, failures) = (Mutex::default(), AtomicU64::new(0), AtomicU32::new(0));
        let criu = criu.clone();
        Ok(Self { directory, metadata, subject, criu, _in_use: in_use, stamps, looked, restores, failures })
    }

    /// Compares what it was taken of, and the stamps of its files, with what there is now; what was compared within the
    /// last second is not compared again. May wait for a disk.
    ///
    /// Fails with `snapshot.invalid`.
    pub(crate) fn look(&self) -> Result<()> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|at| at.elapsed() < FRESH) {
            return Ok(());
        }
        *looked = None;
        self.compare().map_err(|error| invalid(&self.directory, &error))?;
        *looked = Some(Instant::now());
        Ok(())
    }

    fn compare(&self) -> io::Result<()> {
        for (path, then) in &self.stamps {
            if stamp(path)? != *then {
                return Err(io::Error::other(format!("{} was changed", path.display())));
            }
        }
        let now = Identity::of(&self.subject, &self.criu.version().to_string())?;
        match self.metadata.identity.difference(&now) {
            None => Ok(()),
            Some(what) => Err(io::Error::other(format!("{what} is not what it was taken of"))),
        }
    }

    /// Where it lies.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// How its worker is spoken for, where that speaks another protocol.
    pub(crate) fn resume(&self) -> Option<&Resume> {
        self.metadata.taken.resume.as_ref()
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.metadata.bytes()
    }

    /// Counts a restore; how many there were in this host before.
    pub(super) fn count(&self) -> u64 {
        self.restores.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes note of how a restore went; tells whether so many in a row failed that it is of no use.
    pub(crate) fn is_given_up(&self, is_restored: bool) -> bool {
        if is_restored {
            self.failures.store(0, Ordering::Relaxed);
            return false;
        }
        self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_FAILURES
    }

    /// How many instances this host has begun to restore from it.
    pub(crate) fn restores(&self) -> u64 {
        self.restores.load(Ordering::Relaxed)
    }
}

/// Whether the snapshot in this directory is known to be of a boot that is over: nothing can use it again.
pub(crate) fn is_of_another_boot(directory: &Path) -> bool {
    Metadata::read(directory).is_ok_and(|metadata| !metadata.identity.is_of_this_boot())
}

fn invalid(directory: &Path, error: &io::Error) -> Error {
    Error::new(Code::SnapshotInvalid, "use the snapshot", error.to_string()).with("snapshot", directory.display())
}
