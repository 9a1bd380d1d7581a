//! Forking this process, for the native launcher's zygote.

use std::io;

/// Which side of a fork this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forked {
    /// The new process.
    Child,
    /// The old process, and the new one's number.
    Parent(u32),
}

/// Forks. Refused where another thread is alive, since a lock that it holds would stay held in the child.
pub fn fork() -> io::Result<Forked> {
    let threads = super::process::threads()?;
    if threads > 1 {
        return Err(io::Error::other(format!("{threads} threads are alive")));
    }
    // SAFETY: this process has one thread, so that no lock is held by a thread that the child would lack.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent(pid.unsigned_abs())),
    }
}
