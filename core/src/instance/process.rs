//! A worker's process, ended when its owner lets go of it.

use crate::sys::process::{self, Exit};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
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
}

impl Process {
    /// A process that this one started.
    pub(crate) fn started(pid: u32, watched: OwnedFd) -> io::Result<Self> {
        Self::new(pid, watched, Witness::Parent)
    }

    /// A process that a zygote forked; `exit` will be told how it ended.
    pub(crate) fn forked(pid: u32, exit: watch::Receiver<Option<Exit>>) -> io::Result<Self> {
        Self::new(pid, process::watch(pid)?, Witness::Zygote(exit))
    }

    fn new(pid: u32, watched: OwnedFd, witness: Witness) -> io::Result<Self> {
        Ok(Self { pid, watched: Some(process::watch_async(watched)?), witness, exit: Mutex::new(None) })
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
            Witness::Parent => self.take_note(|| process::reap(watched).ok().flatten()),
            Witness::Zygote(exit) => {
                let mut exit = exit.clone();
                let told = tokio::time::timeout(LAST_WORD, exit.wait_for(Option::is_some)).await;
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
            how().unwrap_or(Exit::Unknown)
        })
    }

    /// Kills it and everything in its process group.
    pub(crate) fn kill(&self) {
        // That there is nobody left to kill is what the call is for.
        let _ = process::kill_group(self.pid);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let noted = self.exit.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let Some(watched) = self.watched.take().map(AsyncFd::into_inner) else { return };
        match self.witness {
            _ if noted => {}
            Witness::Parent => {
                self.kill();
                reap_later(watched);
            }
            Witness::Zygote(_) => self.kill(),
        }
    }
}

/// Hands a killed child to a thread that waits until the kernel has taken it apart.
fn reap_later(watched: OwnedFd) {
    static REAPER: OnceLock<mpsc::Sender<OwnedFd>> = OnceLock::new();
    let reaper = REAPER.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<OwnedFd>();
        let reap_all = move || {
            for watched in receiver {
                process::wait_gone(&watched);
                // Nobody waits for the answer any more.
                let _ = process::reap(&watched);
            }
        };
        // Without the thread a killed worker stays a zombie until this process ends, which is harmless.
        let _ = std::thread::Builder::new().name("headstart-reap".into()).spawn(reap_all);
        sender
    });
    let _ = reaper.send(watched);
}
