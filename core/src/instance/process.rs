//! A worker's process, ended when its owner lets go of it.

use crate::snapshot::Prepared;
use crate::sys::cell::Cell;
use crate::sys::process::{self, Exit};
use crate::sys::spawn::Restoring;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
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

    fn into_inner(mut self) -> Option<Cell> {
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

/// Kills a program that restores, and where it does so; for a caller that has gone away.
pub(super) fn abandon_restore(Restoring { program, cell }: Restoring, prepared: Arc<Prepared>) {
    drop(OwnedCell::new(cell, prepared));
    abandon(program.pid, program.watched);
}

/// Kills a process and its group; that there is nobody left to kill is what the calls are for.
fn kill(pid: u32, watched: &OwnedFd) {
    let _ = process::kill_group(pid);
    let _ = process::kill_watched(watched);
}

/// What was killed and is to be reaped.
enum Remains {
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
fn reap_later(remains: Remains) {
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
