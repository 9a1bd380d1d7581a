//! Cells: process and mount namespaces in which a restored process finds its own number free.
//!
//! A cell is held by its first process, which does nothing. It is no program of its own: it shares memory and
//! descriptors with this one, as a thread does, so that a cell costs a kernel task and a page. When it ends, the kernel
//! kills whatever is in the cell; and it ends with the spawner's thread, and so with the host.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, set_parent_process_death_signal, setsid};
use rustix::time::Timespec;
use std::ffi::c_void;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::ptr::{null, null_mut};

/// More than the few calls of the first process need.
const STACK: usize = 32 << 10;

/// A namespace with its first process; to be ended by [`Cell::kill`] and [`Cell::reap`].
#[derive(Debug)]
pub struct Cell {
    watched: OwnedFd,
    stack: Stack,
    /// The thread that made it, whose children those are that are restored in it.
    maker: u32,
    /// What tells its namespace of processes from others.
    inode: u64,
}

impl Cell {
    /// Makes a cell, whose `/proc` shows what is in it; to be called on the spawner's thread. `host` is a descriptor of
    /// this process.
    pub fn new(host: BorrowedFd<'_>) -> io::Result<Self> {
        let stack = Stack::new()?;
        let (ready, tell) = io::pipe()?;
        let setup = Setup { host: host.as_raw_fd(), tell: tell.as_raw_fd() };
        let pid = begin(&stack, &setup)?;
        let watched = super::process::watch(pid)?;
        let maker = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs();
        // The first process has this thread's variables until it has spoken, and `setup`, and the pipe.
        let cell = Self { watched, stack, maker, inode: namespace(pid).unwrap_or(0) };
        match heard(ready.as_fd(), cell.watched.as_fd()) {
            Ok(()) => Ok(cell),
            Err(error) => {
                cell.kill();
                cell.reap();
                Err(error)
            }
        }
    }

    /// A child of this process, living or not yet taken note of, that is in it.
    pub fn child(&self) -> io::Result<Option<u32>> {
        let found = self.child_of(self.maker).unwrap_or(None);
        if found.is_some() {
            return Ok(found);
        }
        // Children of a thread that has ended are another thread's.
        let threads = std::fs::read_dir("/proc/self/task")?.flatten();
        let mut numbers = threads.filter_map(|thread| thread.file_name().to_str()?.parse().ok());
        Ok(numbers.find_map(|thread| self.child_of(thread).unwrap_or(None)))
    }

    fn child_of(&self, thread: u32) -> io::Result<Option<u32>> {
        let children = std::fs::read_to_string(format!("/proc/self/task/{thread}/children"))?;
        // The youngest are last.
        let mut numbers = children.split_whitespace().rev().filter_map(|number| number.parse().ok());
        Ok(numbers.find(|child| namespace(*child).is_ok_and(|inode| inode == self.inode)))
    }

    /// What refers to its namespaces.
    pub fn namespaces(&self) -> BorrowedFd<'_> {
        self.watched.as_fd()
    }

    /// Kills everything in it.
    pub fn kill(&self) {
        // That there is nobody left to kill is what the call is for.
        let _ = super::process::kill_watched(&self.watched);
    }

    /// Waits until a killed cell is gone, and takes note of the end of all children that were in it.
    pub fn reap(self) {
        while let Ok(Some(child)) = self.child() {
            let Ok(watched) = super::process::watch(child) else { break };
            super::process::wait_and_forget(&watched);
        }
        super::process::wait_and_forget(&self.watched);
        self.stack.free();
    }
}

/// What tells the namespace that a process is in from others.
fn namespace(pid: u32) -> io::Result<u64> {
    Ok(std::fs::metadata(format!("/proc/{pid}/ns/pid"))?.ino())
}

/// Memory for the first process; kept for ever where the cell was not reaped, since it may be in use.
#[derive(Debug)]
struct Stack(*mut c_void);

// SAFETY: nothing but the first process uses the memory; the address may be kept anywhere.
unsafe impl Send for Stack {}
// SAFETY: as above.
unsafe impl Sync for Stack {}

impl Stack {
    fn new() -> io::Result<Self> {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping where the kernel likes; it replaces nothing.
        let start = unsafe { libc::mmap(null_mut(), STACK, protection, flags, -1, 0) };
        if start == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(Self(start)) }
    }

    /// It grows downwards.
    fn top(&self) -> *mut c_void {
        self.0.wrapping_byte_add(STACK)
    }

    fn free(self) {
        // SAFETY: the mapping of `new`, whose only user has ended.
        unsafe { libc::munmap(self.0, STACK) };
    }
}

/// What the first process is given. Both descriptors are open until it has spoken.
struct Setup {
    host: i32,
    tell: i32,
}

fn begin(stack: &Stack, setup: &Setup) -> io::Result<u32> {
    let flags = libc::CLONE_VM | libc::CLONE_FILES | libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::SIGCHLD;
    let argument = std::ptr::from_ref(setup).cast_mut().cast();
    // Handlers of this process may run nowhere else: the first process starts with every signal blocked.
    let blocked = Blocked::all();
    // SAFETY: the stack is the new process's alone and stays until that has been reaped. `first` keeps to system calls,
    // and has this thread's variables to itself, since this thread waits for its word.
    let pid = unsafe { libc::clone(first, stack.top(), flags, argument) };
    let error = io::Error::last_os_error();
    drop(blocked);
    u32::try_from(pid).map_err(|_| error)
}

/// The first process.
extern "C" fn first(setup: *mut c_void) -> i32 {
    // SAFETY: it lives until this process has spoken.
    let Setup { host, tell } = *unsafe { &*setup.cast::<Setup>() };
    let word = settle(host).unwrap_or_else(|error| error.raw_os_error().unwrap_or(libc::EIO)).to_ne_bytes();
    // SAFETY: the descriptor is open until it is read from.
    let told = rustix::io::write(unsafe { BorrowedFd::borrow_raw(tell) }, &word);
    while told.is_ok() && word == [0; 4] {
        // No signal that is not deadly gets here.
        rustix::event::pause();
    }
    1
}

fn settle(host: i32) -> io::Result<i32> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // SAFETY: the descriptor is open until this process has spoken.
    let mut host = [PollFd::from_borrowed_fd(unsafe { BorrowedFd::borrow_raw(host) }, PollFlags::IN)];
    if poll(&mut host, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0 {
        // It ended before the line above.
        return Ok(libc::ESRCH);
    }
    setsid()?;
    // SAFETY: system calls with constant arguments. Orphans of the cell are forgotten as they end.
    let made = unsafe {
        libc::prctl(libc::PR_SET_NAME, c"headstart-cell".as_ptr());
        libc::signal(libc::SIGCHLD, libc::SIG_IGN);
        libc::mount(null(), c"/".as_ptr(), null(), libc::MS_REC | libc::MS_SLAVE, null()) == 0
            && libc::mount(
                c"proc".as_ptr(),
                c"/proc".as_ptr(),
                c"proc".as_ptr(),
                libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
                null(),
            ) == 0
    };
    if made { Ok(0) } else { Err(io::Error::last_os_error()) }
}

/// What the first process says: 0, or the number of an error.
fn heard(ready: BorrowedFd<'_>, watched: BorrowedFd<'_>) -> io::Result<()> {
    let mut either = [PollFd::from_borrowed_fd(ready, PollFlags::IN), PollFd::from_borrowed_fd(watched, PollFlags::IN)];
    rustix::io::retry_on_intr(|| poll(&mut either, None))?;
    if either[0].revents().is_empty() {
        return Err(io::Error::other("the first process of a cell ended at once"));
    }
    let mut word = [0; 4];
    rustix::io::read(ready, &mut word)?;
    match i32::from_ne_bytes(word) {
        0 => Ok(()),
        number => Err(io::Error::from_raw_os_error(number)),
    }
}

/// Every signal blocked for this thread, while the value lives.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Self {
        // SAFETY: both sets are plain data, filled by the calls.
        unsafe {
            let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self(before)
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set that was in force before.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, null_mut()) };
    }
}
