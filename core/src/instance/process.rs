//! A worker's process, ended when its owner lets go of it.

use super::remains::{OwnedCell, Remains, abandon, reap_later};
use crate::sys::cell::Cell;
use crate::sys::process::{self, Exit};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;

/// How long a zygote may take to say how its child ended.
const LAST_WORD: Duration = Duration::from_millis(500);

/// Who can say how a process ended.
#[derive(Debug)]
enum Witness {
    /// This process is the parent.
    Parent,
    /// A zygote is.
    Zygote(watch::Receiver<Option<Exit>>),
}

/// A process that leads its own session and process group.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    watched: Option<AsyncFd<OwnedFd>>,
    witness: Witness,
    exit: Mutex<Option<Exit>>,
    /// Of a restored process, until its end was noted.
    cell: Mutex<Option<Cell>>,
}

impl Process {
    /// A process that this one started; where it cannot be watched it is ended.
    pub(crate) fn started(pid: u32, watched: OwnedFd) -> io::Result<Self> {
        Self::new(pid, watched, Witness::Parent)
    }

    /// A process that was restored in a cell, which ends with it.
    pub(super) fn restored(pid: u32, cell: OwnedCell) -> io::Result<Self> {
        let process = Self::new(pid, process::watch(pid)?, Witness::Parent)?;
        *process.cell() = cell.into_inner();
        Ok(process)
    }

    /// A process that a zygote says it forked; `exit` will be told how it ended.
    ///
    /// What a zygote says is not believed: it must be the process's parent.
    pub(crate) fn forked(pid: u32, zygote: u32, exit: watch::Receiver<Option<Exit>>) -> io::Result<Self> {
        let watched = process::watch(pid)?;
        if process::parent(pid)? != zygote {
            return Err(io::Error::other(format!("process {pid} is not a child of the zygote")));
        }
        Self::new(pid, watched, Witness::Zygote(exit))
    }

    fn new(pid: u32, watched: OwnedFd, witness: Witness) -> io::Result<Self> {
        match process::watch_async(watched) {
            Ok(watched) => {
                Ok(Self { pid, watched: Some(watched), witness, exit: Mutex::default(), cell: Mutex::default() })
            }
            Err((watched, error)) => {
                abandon(pid, watched);
                Err(error)
            }
        }
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for its end. What it started and left in its process group is killed then.
    pub(crate) async fn ended(&self) -> Exit {
        let Some(watched) = &self.watched else { return Exit::Unknown };
        // The descriptor stays readable; an error would mean that the runtime is going away.
        if watched.readable().await.is_err() {
            return Exit::Unknown;
        }
        match &self.witness {
            Witness::Parent => {
                while !process::is_untraced(watched) {
                    tokio::time::sleep(process::TRACED).await;
                }
                self.take_note(|| process::reap(watched).ok().flatten())
            }
            Witness::Zygote(exit) => {
                let mut exit = exit.clone();
                let told = tokio::time::timeout(LAST_WORD, exit.wait_for(Option::is_some)).await;
                // Where the zygote is gone and this process adopts orphans, it is the one to reap.
                let _ = process::reap(watched);
                self.take_note(|| told.ok().and_then(|told| told.ok().and_then(|exit| *exit)))
            }
        }
    }

    /// Ends what the process left behind, then learns how it ended. A child of this process is a zombie until
    /// it is reaped here, so that its group's number is still its own; a zygote's child has been reaped a
    /// moment ago, and the kernel gives a number out again only after all others.
    fn take_note(&self, how: impl FnOnce() -> Option<Exit>) -> Exit {
        let mut exit = self.exit.lock().unwrap_or_else(PoisonError::into_inner);
        *exit.get_or_insert_with(|| {
            self.kill();
            let exit = how().unwrap_or(Exit::Unknown);
            self.cell().take().into_iter().for_each(|cell| reap_later(Remains::Cell(cell)));
            exit
        })
    }

    /// Lets it go on where it is stopped.
    pub(super) fn go_on(&self) -> io::Result<()> {
        self.watched.as_ref().map_or(Ok(()), |watched| process::go_on(watched.get_ref()))
    }

    fn cell(&self) -> MutexGuard<'_, Option<Cell>> {
        self.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills it and everything in its process group. A forked child that has not come to lead a group of its
    /// own is killed by itself.
    pub(crate) fn kill(&self) {
        if let Some(watched) = &self.watched {
            kill(self.pid, watched.get_ref());
        }
        self.cell().iter().for_each(Cell::kill);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let noted = self.exit.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if !noted {
            self.kill();
            if let Some(watched) = self.watched.take() {
                reap_later(Remains::Process(watched.into_inner()));
            }
            self.cell().take().into_iter().for_each(|cell| reap_later(Remains::Cell(cell)));
        }
    }
}

/// Kills a process and its group; that there is nobody left to kill is what the calls are for.
pub(super) fn kill(pid: u32, watched: &OwnedFd) {
    let _ = process::kill_group(pid);
    let _ = process::kill_watched(watched);
}
