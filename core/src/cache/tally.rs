//! What all processes together have done, told now and then by each.

use super::statistics::{COUNTS, Statistics};
use super::store::{Store, try_for};
use crate::sys::fork::PerProcess;
use std::io;
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

/// How long is waited for another thread at a time: first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_micros(100), Duration::from_millis(5));

/// The counts of all processes, in the order of [`Statistics::counts`].
pub type Tally = [u64; COUNTS];

/// What of this process's counts was told.
#[derive(Debug)]
pub(super) struct Told(PerProcess<Part>);

#[derive(Debug, Default)]
struct Part {
    /// Whether what a parent has counted, and tells itself, was noted.
    has_begun: OnceLock<()>,
    told: Mutex<Tally>,
}

impl Told {
    pub(super) fn nothing() -> Self {
        let told = Self(PerProcess::new(Part::default));
        told.begin(Statistics::default);
        told
    }

    /// Takes note of what was counted before this process, before it counts itself.
    pub(super) fn begin(&self, counted: impl FnOnce() -> Statistics) {
        let part = self.0.get();
        part.has_begun.get_or_init(|| {
            *part.told.lock().unwrap_or_else(PoisonError::into_inner) = tally(&counted());
        });
    }

    /// Tells the store what was counted since; waits for others who tell it for no longer than `within`.
    ///
    /// What it does not take is told the next time.
    pub(super) fn tell(&self, store: &dyn Store, done: &Statistics, within: Duration) -> io::Result<()> {
        let part = self.0.get();
        let attempt = || match part.told.try_lock() {
            Ok(told) => Ok(Some(told)),
            Err(TryLockError::Poisoned(told)) => Ok(Some(told.into_inner())),
            // Another thread is at it.
            Err(TryLockError::WouldBlock) => Ok(None),
        };
        let Some(mut told) = try_for(within, PAUSES, attempt)? else { return Err(io::ErrorKind::WouldBlock.into()) };
        let counts = tally(done);
        let since = since(&counts, &told);
        if since != Tally::default() {
            store.add(&since, within)?;
        }
        *told = std::array::from_fn(|index| counts[index].max(told[index]));
        Ok(())
    }
}

fn tally(done: &Statistics) -> Tally {
    done.counts().map(|(_, count)| count)
}

fn since(counts: &Tally, told: &Tally) -> Tally {
    std::array::from_fn(|index| counts[index].saturating_sub(told[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_not_told_again() {
        assert_eq!(since(&[5; COUNTS], &[3; COUNTS]), [2; COUNTS]);
        assert_eq!(since(&[3; COUNTS], &[5; COUNTS]), [0; COUNTS], "a counter began anew");
    }
}
