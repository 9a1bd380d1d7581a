//! Waiting for the other side, for the end of a worker, and for the signals that ask this process to end.

use headstart::error::{Code, Error, Result};
use headstart::sys::interrupt::Interrupts;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// How long a process that was asked to end goes on with what it is doing. AWS Lambda kills runtimes 2 seconds after
/// SIGTERM ("Understanding the Lambda execution environment lifecycle", AWS Lambda developer guide).
pub(super) const GRACE: Duration = Duration::from_millis(1500);

/// What came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// There is something to read.
    Input,
    /// There is something to read from the other.
    Other,
    /// This process is to end.
    Interrupt,
}

/// Waits for input from `wanted` or, if that comes first, from `other`, or for a signal.
pub(super) fn first(interrupts: &Interrupts, wanted: impl AsFd, other: Option<BorrowedFd<'_>>) -> Result<Came> {
    let mut polled = vec![PollFd::new(&wanted, PollFlags::IN), PollFd::new(interrupts, PollFlags::IN)];
    polled.extend(other.map(|other| PollFd::from_borrowed_fd(other, PollFlags::IN)));
    rustix::io::retry_on_intr(|| poll(&mut polled, None)).map_err(failed)?;
    let has = |at: usize| polled.get(at).is_some_and(|it| !it.revents().is_empty());
    Ok(match (has(0), has(2)) {
        (true, _) => Came::Input,
        (_, true) => Came::Other,
        _ => Came::Interrupt,
    })
}

/// Waits until `wanted` can be read, for as long as the time lasts; whether it can.
pub(super) fn within(time: Duration, wanted: impl AsFd) -> Result<bool> {
    let time = Timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: time.subsec_nanos().into() };
    let mut polled = [PollFd::new(&wanted, PollFlags::IN)];
    Ok(rustix::io::retry_on_intr(|| poll(&mut polled, Some(&time))).map_err(failed)? > 0)
}

fn failed(error: rustix::io::Errno) -> Error {
    Error::new(Code::SystemIo, "wait for the other side", error.to_string())
}
