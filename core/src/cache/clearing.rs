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
    /// Whether the generation is another than the last time; it is asked for once a second. The first time it is another
    /// where anybody has ever cleared: what was put here before may be older.
    pub(super) fn is_new(&self, now: Moment, generation: impl FnOnce() -> Option<u64>) -> bool {
        let looked = self.looked.load(Ordering::Relaxed);
        if now.wall_ns.abs_diff(looked) < LOOK_EVERY {
            return false;
        }
        self.looked.store(now.wall_ns, Ordering::Relaxed);
        // What cannot be told has not changed, as far as is known.
        generation().is_some_and(|generation| self.generation.swap(generation, Ordering::Relaxed) != generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_noticed_once_and_looked_for_once_a_second() {
        let clearing = Clearing::default();
        let at = |seconds: u64| Moment { wall_ns: seconds * LOOK_EVERY, epoch: 0 };
        let ask = |seconds, generation| {
            let mut was_looked_for = false;
            let is_new = clearing.is_new(at(seconds), || {
                was_looked_for = true;
                generation
            });
            (was_looked_for, is_new)
        };
        assert_eq!([ask(4, Some(0)), ask(5, Some(1))], [(true, false), (true, true)]);
        assert_eq!([ask(5, Some(2)), ask(6, Some(2))], [(false, false), (true, true)]);
        assert_eq!([ask(7, Some(2)), ask(8, None), ask(9, Some(2))], [(true, false); 3]);
        assert_eq!(ask(4, Some(3)), (true, true), "the clock was set back");
    }
}
