//! Starting workers.
//!
//! One thread starts them all, since the kernel ends a worker when the *thread* that started it ends
//! (`PR_SET_PDEATHSIG`): no worker outlives its host, however the host ends.

use super::process::watch;
#[cfg(feature = "host")]
use super::restore::{Restore, Restoring};
use super::seccomp::without_io_uring;
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use rustix::process::{Signal, set_parent_process_death_signal, setsid};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

/// A program to start as a worker.
#[derive(Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments; where there is a socket, its number is added behind them.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// Its working directory.
    pub directory: PathBuf,
    /// Its end of the socket pair, where it speaks for itself.
    pub socket: Option<OwnedFd>,
    /// Its standard output.
    pub stdout: OwnedFd,
    /// Its standard error.
    pub stderr: OwnedFd,
    /// Whether a snapshot is to be taken of it.
    pub for_snapshot: bool,
}

/// A worker's process that has just been started.
#[derive(Debug)]
pub struct Spawned {
    /// Its number, which is also that of its session and process group.
    pub pid: u32,
    /// Becomes readable when it ends.
    pub watched: OwnedFd,
}

type Order = Box<dyn FnOnce(&mut Reserved) + Send>;

/// The thread that starts workers; it ends, and all its workers with it, when this value is dropped.
#[derive(Debug)]
pub struct Spawner {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Spawner {
    /// Starts the thread.
    pub fn new() -> io::Result<Self> {
        let mut reserved = Reserved { null: File::open("/dev/null")?.into(), held: None };
        let (orders, taken) = mpsc::channel::<Order>();
        let thread = thread::Builder::new().name("headstart-spawn".into()).spawn(move || {
            for order in taken {
                order(&mut reserved);
            }
        })?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Starts a worker; `answer` is called on the spawner's thread.
    pub fn spawn(&self, launch: Launch, answer: impl FnOnce(io::Result<Spawned>) + Send + 'static) {
        self.order(|reserved| answer(reserved.hold().and_then(|()| start(launch))));
    }

    /// Starts a program that restores a worker; `answer` is called on the spawner's thread.
    #[cfg(feature = "host")]
    pub fn restore(&self, restore: Restore, answer: impl FnOnce(io::Result<Restoring>) + Send + 'static) {
        self.order(|_| answer(restore.begin()));
    }

    fn order(&self, order: impl FnOnce(&mut Reserved) + Send + 'static) {
        if let Some(orders) = &self.orders {
            // The thread takes orders until this value is dropped, so that sending cannot fail before.
            let _ = orders.send(Box::new(order));
        }
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it would have been printed already.
            let _ = thread.join();
        }
    }
}

/// The number under which workers get their socket. Node keeps only numbers up to 16 from the programs that a
/// function starts.
const SOCKET: RawFd = 10;

/// Keeps the number taken in this process, whoever has it: were it free, the standard library could use it, in
/// a child, for the pipe on which it reports a failed `exec`.
struct Reserved {
    null: OwnedFd,
    held: Option<OwnedFd>,
}

impl Reserved {
    fn hold(&mut self) -> io::Result<()> {
        if self.held.is_none() {
            // The lowest free number from there on: another one means that this one is in use.
            let lowest = fcntl_dupfd_cloexec(&self.null, SOCKET)?;
            self.held = Some(lowest).filter(|lowest| lowest.as_raw_fd() == SOCKET);
        }
        Ok(())
    }
}

fn start(launch: Launch) -> io::Result<Spawned> {
    let parent = rustix::process::getpid();
    let (socket, for_snapshot) = (launch.socket.as_ref().map(AsRawFd::as_raw_fd), launch.for_snapshot);
    let mut command = Command::new(launch.program);
    command
        .args(launch.arguments)
        .args(socket.map(|_| SOCKET.to_string()))
        .env_clear()
        .envs(launch.environment)
        .current_dir(launch.directory)
        .stdin(Stdio::null())
        .stdout(launch.stdout)
        .stderr(launch.stderr);
    let arrange = move || {
        setsid()?;
        set_parent_process_death_signal(Some(Signal::KILL))?;
        if rustix::process::getppid() != Some(parent) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        keep_from_programs();
        if for_snapshot {
            without_io_uring()?;
        }
        let (Some(socket), Some(owned)) = (socket, &launch.socket) else { return Ok(()) };
        if socket == SOCKET {
            return Ok(fcntl_setfd(owned, FdFlags::empty())?);
        }
        // SAFETY: `socket` is open until after the spawn. What stands under `SOCKET` in this child is another's
        // that it does not need, never the standard library's, since the parent holds the number.
        match unsafe { libc::dup2(socket, SOCKET) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    };
    // SAFETY: between fork and exec only async-signal-safe system calls are made, and nothing is allocated.
    watched(unsafe { command.pre_exec(arrange) }.spawn()?)
}

/// In a child, between `fork` and `exec`: whatever this process inherited or opened without the flag stays here.
pub(super) fn keep_from_programs() {
    // SAFETY: a system call on numbers that touches no memory; a kernel before Linux 5.11 refuses it, and nothing is
    // changed.
    unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

pub(super) fn watched(mut child: Child) -> io::Result<Spawned> {
    match watch(child.id()) {
        Ok(watched) => Ok(Spawned { pid: child.id(), watched }),
        Err(error) => {
            // A child that cannot be watched cannot be owned. It was started a moment ago and dies at once.
            child.kill()?;
            child.wait()?;
            Err(error)
        }
    }
}
