//! What CRIU is given for one restore: the images under the names that another process number asks for.

use super::criu::{ALWAYS, FACTS_DIR, LOG, UNCONNECTED};
use super::metadata::Metadata;
use super::scratch::Scratch;
use super::stored::{Snapshot, Store};
use super::tree::{Tree, number_address};
use crate::error::{Code, Error, Result};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::RawFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Numbers below are for CRIU itself.
const LOWEST_PID: u64 = 300;
/// What the kernel's own limit is at least (`/proc/sys/kernel/pid_max`).
const DEFAULT_PID_MAX: u64 = 32_768;

/// A directory for one restore.
#[derive(Debug)]
pub(crate) struct Prepared {
    scratch: Scratch,
    /// The number of the process in its cell.
    pub(crate) pid: u32,
    /// The number that it had.
    pub(crate) old_pid: u32,
    /// Where the C library has written that.
    pub(crate) number_address: u64,
}

impl Prepared {
    /// May wait for a disk.
    pub(crate) fn new(store: &Store, snapshot: &Snapshot) -> Result<Self> {
        let scratch = Scratch::in_memory().map_or_else(|| store.scratch(), Ok)?;
        let prepare = || {
            let tree = Tree::read(snapshot.directory())?;
            let pid = choose_pid(&tree, snapshot.count());
            link(&snapshot.metadata, snapshot.directory(), scratch.path(), (tree.pid(), pid))?;
            fs::write(scratch.path().join("pstree.img"), tree.with_pid(pid))?;
            let small = |pid: u64| u32::try_from(pid).map_err(io::Error::other);
            Ok((small(pid)?, small(tree.pid())?, number_address(snapshot.directory(), tree.pid())?))
        };
        let (pid, old_pid, number_address) = prepare().map_err(|error: io::Error| {
            Error::new(Code::SnapshotRestoreFailed, "prepare the restore", error.to_string()).caused_by(error)
        })?;
        Ok(Self { scratch, pid, old_pid, number_address })
    }

    /// CRIU's arguments; the descriptors take the place of what the snapshot's process had that is replaced.
    pub(crate) fn arguments(&self, snapshot: &Snapshot, descriptors: &[RawFd]) -> Vec<OsString> {
        let directory = self.scratch.path();
        let mut arguments: Vec<OsString> = vec!["restore".into()];
        // Its parent becomes that of what it restores, and it does not wait for its end.
        arguments.extend(["--restore-detached", "--restore-sibling", "-v1"].into_iter().chain(ALWAYS).map(Into::into));
        arguments.extend(["--images-dir".into(), directory.into(), "--work-dir".into(), directory.into()]);
        arguments.extend(["--log-file".into(), LOG.into()]);
        for (number, name) in descriptors.iter().zip(&snapshot.metadata.taken.inherits) {
            arguments.extend(["--inherit-fd".into(), format!("fd[{number}]:{name}").into()]);
        }
        if snapshot.resume().is_some() {
            arguments.push(UNCONNECTED.into());
        }
        arguments
    }

    /// What CRIU's environment has besides this process's.
    pub(crate) fn environment(&self) -> (&'static str, PathBuf) {
        (FACTS_DIR, self.scratch.path().to_owned())
    }

    /// What CRIU said of its failure.
    pub(crate) fn last_words(&self) -> String {
        super::criu::last_words(self.scratch.path())
    }
}

/// Another number than the process had, than any of its threads has, and than the restores before got, as far as there
/// are others.
fn choose_pid(tree: &Tree, restores: u64) -> u64 {
    let most = fs::read_to_string("/proc/sys/kernel/pid_max").ok().and_then(|text| text.trim().parse().ok());
    let range = most.unwrap_or(DEFAULT_PID_MAX).saturating_sub(LOWEST_PID).max(1);
    let begin = crate::sys::clock::wall_clock_ns() / 1_000_000;
    let taken: Vec<u64> = tree.threads().collect();
    let candidates = (0..range).map(|step| LOWEST_PID + (begin + restores + step) % range);
    candidates.into_iter().find(|pid| !taken.contains(pid)).unwrap_or(LOWEST_PID)
}

/// Every file but `pstree.img`, under a name with the new number.
fn link(metadata: &Metadata, from: &Path, to: &Path, (old, new): (u64, u64)) -> io::Result<()> {
    let (old, new) = (format!("-{old}.img"), format!("-{new}.img"));
    for name in metadata.files.keys().filter(|name| *name != "pstree.img") {
        let renamed = name.strip_suffix(&old).map_or_else(|| name.clone(), |stem| format!("{stem}{new}"));
        symlink(from.join(name), to.join(renamed))?;
    }
    Ok(())
}
