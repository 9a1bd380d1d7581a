//! When an answer is of no more use.

use std::time::{Duration, Instant};

/// The latest time for an answer, everything included: waiting for a place, starting, running.
///
/// ```
/// use headstart::Deadline;
/// use std::time::Duration;
///
/// let deadline: Deadline = Duration::from_secs(3).into();
/// assert!(deadline.remaining() > Duration::from_secs(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline this long from now; at most a year.
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time.min(Duration::from_hours(365 * 24)))
    }

    /// The point in time.
    pub fn instant(self) -> Instant {
        self.0
    }

    /// The time left; zero once it has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

impl From<Duration> for Deadline {
    fn from(time: Duration) -> Self {
        Self::after(time)
    }
}

impl From<Instant> for Deadline {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}
