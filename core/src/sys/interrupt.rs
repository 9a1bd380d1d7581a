//! The signals that ask a process to end, as something to wait for.

use rustix::event::{PollFd, PollFlags, poll};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd};

/// Signals that were kept from ending this process.
#[derive(Debug)]
pub struct Interrupts {
    pending: OwnedFd,
}

impl Interrupts {
    /// From now on SIGTERM and SIGINT do not end this process, but wait (`signalfd(2)`). To be called before other threads
    /// are started; programs that the standard library starts get both signals as ever.
    pub fn hold() -> io::Result<Self> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the set is initialized by the first call, and outlives the others, which copy it.
        let (blocked, number) = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
            libc::sigaddset(set.as_mut_ptr(), libc::SIGINT);
            let blocked = libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
            (blocked, libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK))
        };
        if blocked != 0 {
            return Err(io::Error::from_raw_os_error(blocked));
        }
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call above has just opened it, and nothing else knows its number.
        Ok(Self { pending: unsafe { OwnedFd::from_raw_fd(number) } })
    }

    /// Whether one of them has come. It is never taken, so that every thread finds it.
    pub fn has_come(&self) -> io::Result<bool> {
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut waited = [PollFd::new(self, PollFlags::IN)];
        Ok(rustix::io::retry_on_intr(|| poll(&mut waited, Some(&now)))? > 0)
    }
}

impl std::os::fd::AsFd for Interrupts {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.pending.as_fd()
    }
}
