//! What time it is for a cache: the wall clock, and how often the process has been restored.

use crate::sys::clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static EPOCH: AtomicU64 = AtomicU64::new(0);

/// Takes note of the epoch that a restore came with. What was cached for one epoch alone is not served in another.
pub fn restored(epoch: u64) {
    EPOCH.store(epoch, Ordering::Release);
}

/// The epoch of the last restore; 0 where there was none.
pub fn epoch() -> u64 {
    EPOCH.load(Ordering::Acquire)
}

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Nanoseconds since 1970, by the wall clock: it goes on while a process is frozen or a snapshot lies on disk.
    pub wall_ns: u64,
    /// The epoch of the last restore.
    pub epoch: u64,
}

/// Where a cache has the time from.
#[derive(Debug, Clone, Default)]
pub(super) enum Clock {
    #[default]
    System,
    /// For tests: nanoseconds since 1970.
    Set(Arc<AtomicU64>),
}

impl Clock {
    pub(super) fn now(&self) -> Moment {
        let wall_ns = match self {
            Self::System => clock::coarse_wall_clock_ns(),
            Self::Set(time) => time.load(Ordering::Acquire),
        };
        Moment { wall_ns, epoch: epoch() }
    }
}
