//! Where the time of a request went.

use serde::Serialize;

/// Microseconds by phase. A phase that this request did not pay for is 0: a warm instance has no import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Timings {
    /// Waiting for a place.
    pub queue_us: u64,
    /// From the request to the process, started or forked.
    pub spawn_us: u64,
    /// The interpreter's own start: from the process to the launcher's first line.
    pub interpreter_us: u64,
    /// The launcher, until it speaks.
    pub launcher_us: u64,
    /// Importing the preload set.
    pub preload_us: u64,
    /// Importing the function.
    pub import_us: u64,
    /// Running hooks.
    pub hooks_us: u64,
    /// From the request to an instance that is ready for the event: all of the above and what lies between.
    pub ready_us: u64,
    /// From the event to the reply.
    pub invoke_us: u64,
}

impl Timings {
    /// From the request to the reply.
    pub fn total_us(&self) -> u64 {
        self.ready_us + self.invoke_us
    }
}

/// Microseconds since `begun`.
pub(crate) fn since(begun: std::time::Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}
