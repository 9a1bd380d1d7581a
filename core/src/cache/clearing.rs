//! Noticing that another process has cleared the cache.

use super::time::Moment;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often it is looked for, in nanoseconds.
const LOOK_EVERY: u64 = 1_000_000_000;

/// What a holder of values knows of the last clearing.
#[derive(Debug, Default)]
pub struct Clearing {
    /// When it was looked for last; 0: never.
    looked: AtomicU64,
    generation: AtomicU64,
}

impl Clearing {
    /// Whether the generation is another than the last time; it is asked for once a second.
    pub(super) fn is_new(&self, now: Moment, generation: impl FnOnce() -> u64) -> bool {
        let looked = self.looked.load(Ordering::Relaxed);
        if now.wall_ns.abs_diff(looked) < LOOK_EVERY {
            return false;
        }
        self.looked.store(now.wall_ns, Ordering::Relaxed);
        let generation = generation();
        self.generation.swap(generation, Ordering::Relaxed) != generation && looked != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_noticed_once_and_looked_for_once_a_second() {
        let clearing = Clearing::default();
        let at = |seconds: u64| Moment { wall_ns: seconds * LOOK_EVERY, epoch: 0 };
        let asked = [(5, 1), (5, 2), (6, 2), (7, 2), (4, 3)].map(|(time, generation)| {
            let mut was_looked_for = false;
            let is_new = clearing.is_new(at(time), || {
                was_looked_for = true;
                generation
            });
            (was_looked_for, is_new)
        });
        assert_eq!(asked, [(true, false), (false, false), (true, true), (true, false), (true, true)]);
    }
}
