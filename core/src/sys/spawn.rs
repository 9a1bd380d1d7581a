//! Starting workers.
//!
//! One thread starts them all, since the kernel ends a worker when the *thread* that started it ends
//! (`PR_SET_PDEATHSIG`): no worker outlives its host, however the host ends.

use rustix::process::{Signal, set_parent_process_death_signal, setsid};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

/// A program to start as a worker.
#[derive(Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments; the socket's number is added behind them.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// Its working directory.
    pub directory: PathBuf,
    /// Its end of the socket pair.
    pub socket: OwnedFd,
    /// Its standard output.
    pub stdout: OwnedFd,
    /// Its standard error.
    pub stderr: OwnedFd,
}

/// A worker's process that has just been started.
#[derive(Debug)]
pub struct Spawned {
    /// Its number, which is also that of its session and process group.
    pub pid: u32,
    /// Becomes readable when it ends.
    pub watched: OwnedFd,
}

type Answer = Box<dyn FnOnce(io::Result<Spawned>) + Send>;

/// The thread that starts workers; it ends, and all its workers with it, when this value is dropped.
#[derive(Debug)]
pub struct Spawner {
    orders: Option<mpsc::Sender<(Launch, Answer)>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Spawner {
    /// Starts the thread.
    pub fn new() -> io::Result<Self> {
        // Workers get their socket under this number. Holding it here keeps the standard library from using
        // it, in a child, for the pipe on which it reports a failed `exec`.
        let reserved = OwnedFd::from(File::open("/dev/null")?);
        let (orders, taken) = mpsc::channel::<(Launch, Answer)>();
        let thread = thread::Builder::new().name("headstart-spawn".into()).spawn(move || {
            for (launch, answer) in taken {
                answer(start(launch, &reserved));
            }
        })?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Starts a worker; `answer` is called on the spawner's thread.
    pub fn spawn(&self, launch: Launch, answer: impl FnOnce(io::Result<Spawned>) + Send + 'static) {
        if let Some(orders) = &self.orders {
            // The thread takes orders until this value is dropped, so that sending cannot fail before.
            let _ = orders.send((launch, Box::new(answer)));
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

fn start(launch: Launch, reserved: &OwnedFd) -> io::Result<Spawned> {
    let parent = rustix::process::getpid();
    let (socket, target) = (launch.socket.as_raw_fd(), reserved.as_raw_fd());
    let mut command = Command::new(launch.program);
    command
        .args(launch.arguments)
        .arg(target.to_string())
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
            return Err(io::Error::other("the host is gone"));
        }
        // SAFETY: both numbers are open descriptors that this function's caller owns until after the spawn;
        // `target` is reserved, so that nothing of the standard library's stands there.
        match unsafe { libc::dup2(socket, target) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    };
    // SAFETY: between fork and exec only async-signal-safe system calls are made, and the error value of the
    // path that allocates is made where the child ends at once.
    let child = unsafe { command.pre_exec(arrange) }.spawn()?;
    let watched = super::process::watch(child.id())?;
    Ok(Spawned { pid: child.id(), watched })
}
