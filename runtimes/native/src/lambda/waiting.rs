//! Waiting for the other side, for the end of a worker, and for the signals that ask this process to end.

use headstart::error::{Code, Error, Result};
use headstart::sys::interrupt::Interrupts;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// How long a process that was asked to end goes on with what it is doing. AWS Lambda kills runtimes 2 seconds after
/// SIGTERM ("Understanding the Lambda execution environment lifecycle", AWS Lambda developer guide).
pub(super) const GRACE: Duration = Duration::from_millis(1500);

/// A wait that is shorter is made without going to sleep. To be put to sleep and woken takes about a third of it.
const BRIEFLY: Duration = Duration::from_micros(60);

/// A poll that does not wait.
const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

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

/// Waits of one kind, of which one is likely to be about as long as the last: after a brief one the processor is kept for
/// a while, and given to whoever else wants it; after a long one this thread sleeps at once.
#[derive(Debug, Default)]
pub(super) struct Pace {
    was_brief: bool,
}

impl Pace {
    /// Waits for input from `wanted` or, if that comes first, from `other`, or for a signal.
    pub(super) fn first(
        &mut self,
        interrupts: &Interrupts,
        wanted: impl AsFd,
        other: Option<BorrowedFd<'_>>,
    ) -> Result<Came> {
        let mut polled = vec![PollFd::new(&wanted, PollFlags::IN), PollFd::new(interrupts, PollFlags::IN)];
        polled.extend(other.map(|other| PollFd::from_borrowed_fd(other, PollFlags::IN)));
        let begun = Instant::now();
        while polled_until(&mut polled, self.was_brief.then_some(&NOW))? == 0 {
            self.was_brief = begun.elapsed() < BRIEFLY;
            std::thread::yield_now();
        }
        self.was_brief = begun.elapsed() < BRIEFLY;
        let has = |at: usize| polled.get(at).is_some_and(|it| !it.revents().is_empty());
        Ok(match (has(0), has(2)) {
            (true, _) => Came::Input,
            (_, true) => Came::Other,
            _ => Came::Interrupt,
        })
    }
}

/// Waits until `wanted` can be read, for as long as the time lasts; whether it can.
pub(super) fn within(time: Duration, wanted: impl AsFd) -> Result<bool> {
    let time = Timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: time.subsec_nanos().into() };
    Ok(polled_until(&mut [PollFd::new(&wanted, PollFlags::IN)], Some(&time))? > 0)
}

fn polled_until(polled: &mut [PollFd<'_>], time: Option<&Timespec>) -> Result<usize> {
    rustix::io::retry_on_intr(|| poll(polled, time))
        .map_err(|error| Error::new(Code::SystemIo, "wait for the other side", error.to_string()))
}
