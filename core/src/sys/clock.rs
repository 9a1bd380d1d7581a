//! The two clocks.

use rustix::time::{ClockId, clock_gettime};

/// `CLOCK_MONOTONIC` in nanoseconds: the same for every process of the machine.
pub fn monotonic_ns() -> u64 {
    nanoseconds(ClockId::Monotonic)
}

/// Nanoseconds since 1970.
pub fn wall_clock_ns() -> u64 {
    nanoseconds(ClockId::Realtime)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The same as [`wall_clock_ns`], a few milliseconds late at most and several times cheaper.
#[cfg(target_os = "linux")]
pub fn coarse_wall_clock_ns() -> u64 {
    nanoseconds(ClockId::RealtimeCoarse)
}

/// The same as [`wall_clock_ns`].
#[cfg(not(target_os = "linux"))]
pub fn coarse_wall_clock_ns() -> u64 {
    wall_clock_ns()
}
