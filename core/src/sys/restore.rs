//! Starting programs that restore workers, in cells.

use super::cell::Cell;
use super::process::watch;
use super::spawn::{Spawned, keep_from_programs, watched};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Signal, set_parent_process_death_signal};
use rustix::thread::{LinkNameSpaceType, ThreadNameSpaceType, move_into_link_name_space, move_into_thread_name_spaces};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

/// A program that restores a worker.
#[derive(Debug)]
pub struct Restore {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// What its environment has besides this process's.
    pub environment: (&'static str, PathBuf),
    /// What it inherits, under the same numbers.
    pub inherited: Vec<OwnedFd>,
}

/// A program that restores a worker, running, in the cell that the worker will be in.
#[derive(Debug)]
pub struct Restoring {
    /// The program.
    pub program: Spawned,
    /// Where it runs.
    pub cell: Cell,
}

impl Restore {
    /// Starts it in a new cell; to be called on the spawner's thread.
    pub(super) fn begin(self) -> io::Result<Restoring> {
        let cell = Cell::new(watch(std::process::id())?.as_fd())?;
        match start_in(cell.namespaces(), self) {
            Ok(program) => Ok(Restoring { program, cell }),
            Err(error) => {
                cell.kill();
                cell.reap();
                Err(error)
            }
        }
    }
}

/// Starts a program in a cell. It is a child of this thread all the same, as is what it restores.
fn start_in(cell: BorrowedFd<'_>, restore: Restore) -> io::Result<Spawned> {
    let inherited: Vec<_> = restore.inherited.iter().map(AsRawFd::as_raw_fd).collect();
    let mut command = Command::new(restore.program);
    command
        .args(restore.arguments)
        .envs([restore.environment])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let namespaces = cell.as_raw_fd();
    let arrange = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        keep_from_programs();
        // SAFETY: all are open until after the spawn.
        let borrowed = |number| unsafe { BorrowedFd::borrow_raw(number) };
        move_into_thread_name_spaces(borrowed(namespaces), ThreadNameSpaceType::MOUNT)?;
        inherited.iter().try_for_each(|number| Ok(fcntl_setfd(borrowed(*number), FdFlags::empty())?))
    };
    // SAFETY: between fork and exec only async-signal-safe system calls are made, and nothing is allocated.
    unsafe { command.pre_exec(arrange) };
    let home = File::open("/proc/thread-self/ns/pid")?;
    // Children are made where their parent says, and it is only their parent that can say so.
    move_into_thread_name_spaces(cell, ThreadNameSpaceType::PROCESS_ID)?;
    let spawned = command.spawn();
    // The kernel refuses it for want of memory only. No worker may be started in the cell by mistake.
    while move_into_link_name_space(home.as_fd(), Some(LinkNameSpaceType::ProcessID)).is_err() {
        thread::yield_now();
    }
    watched(spawned?)
}
