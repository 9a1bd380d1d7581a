//! What is killed and has to be taken note of: processes, and cells with whoever is in them.

use super::process::kill;
use crate::snapshot::Prepared;
use crate::sys::cell::Cell;
use crate::sys::process;
use crate::sys::spawn::Spawned;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock, mpsc};

/// A cell that nobody has come to be in; dropped, it is killed with whoever is in it.
#[derive(Debug)]
pub(super) struct OwnedCell {
    cell: Option<Cell>,
    /// What the program in it reads and writes.
    prepared: Arc<Prepared>,
}

impl OwnedCell {
    pub(super) fn new(cell: Cell, prepared: Arc<Prepared>) -> Self {
        Self { cell: Some(cell), prepared }
    }

    /// The process that was restored in it.
    pub(super) fn child(&self) -> io::Result<u32> {
        let child = self.cell.as_ref().map_or(Ok(None), Cell::child)?;
        child.ok_or_else(|| io::Error::other("there is no restored process"))
    }

    pub(super) fn into_inner(mut self) -> Option<Cell> {
        self.cell.take()
    }
}

impl Drop for OwnedCell {
    fn drop(&mut self) {
        if let Some(cell) = self.cell.take() {
            cell.kill();
            reap_later(Remains::Restore(cell, Arc::clone(&self.prepared)));
        }
    }
}

/// Kills a process that nobody will own.
pub(super) fn abandon(pid: u32, watched: OwnedFd) {
    kill(pid, &watched);
    reap_later(Remains::Process(watched));
}

/// A process on its way to who asked for it, who may go away at any time, also while it is handed over; dropped unclaimed,
/// it is killed.
#[derive(Debug)]
pub(super) struct Unclaimed(Option<Spawned>);

impl From<Spawned> for Unclaimed {
    fn from(spawned: Spawned) -> Self {
        Self(Some(spawned))
    }
}

impl Unclaimed {
    /// The process, which is the caller's now; it was not claimed before.
    pub(super) fn claim(mut self) -> Option<Spawned> {
        self.0.take()
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        if let Some(Spawned { pid, watched }) = self.0.take() {
            abandon(pid, watched);
        }
    }
}

/// What was killed and is to be reaped.
pub(super) enum Remains {
    /// A process, where it is a child of this one.
    Process(OwnedFd),
    /// A cell and all children of this process that were in it.
    Cell(Cell),
    /// The same, with what is of no use afterwards.
    Restore(Cell, Arc<Prepared>),
}

impl Remains {
    fn reap(self) {
        match self {
            Remains::Process(watched) => process::wait_and_forget(&watched),
            Remains::Cell(cell) => cell.reap(),
            Remains::Restore(cell, prepared) => {
                cell.reap();
                drop(prepared);
            }
        }
    }
}

/// Hands what was killed to a thread that waits until the kernel has taken it apart.
pub(super) fn reap_later(remains: Remains) {
    static REAPER: OnceLock<mpsc::Sender<Remains>> = OnceLock::new();
    let reaper = REAPER.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<Remains>();
        let reap_all = move || receiver.into_iter().for_each(Remains::reap);
        // Without the thread a killed worker stays a zombie until this process ends, which is harmless.
        let _ = std::thread::Builder::new().name("headstart-reap".into()).spawn(reap_all);
        sender
    });
    let _ = reaper.send(remains);
}
