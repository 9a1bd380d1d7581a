//! Which of many things goes where memory is short: what is used often, saves much and is small stays.

use std::collections::BTreeMap;

/// Priorities by `GreedyDual`-Size-Frequency (Cherkasova, "Improving WWW Proxies Performance with
/// Greedy-Dual-Size-Frequency Caching Policy", HP Laboratories, 1998).
///
/// A thing's priority is what it saves for each byte, times how often it was used, on top of a clock; the clock goes to
/// the priority of what was evicted last, so that what was useful long ago loses to what is of use now.
///
/// ```
/// use headstart::prewarm::Priorities;
///
/// let mut priorities = Priorities::default();
/// priorities.used(0, 1, 400_000, 60_000_000);
/// priorities.used(1, 1, 20_000, 60_000_000);
/// assert_eq!(priorities.lowest([0, 1]), Some(1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Priorities {
    clock: f64,
    known: BTreeMap<usize, Known>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    uses: f64,
    priority: f64,
}

impl Priorities {
    /// Takes note that a thing was used so often, whether it was there or not. `gain_us` is what one use saves.
    #[expect(clippy::cast_precision_loss, reason = "an order of estimates")]
    pub fn used(&mut self, thing: usize, times: u64, gain_us: u64, bytes: u64) {
        let known = self.known.entry(thing).or_default();
        known.uses += times as f64;
        known.priority = self.clock + known.uses * (gain_us as f64 / bytes.max(1) as f64);
    }

    /// The priority of a thing; of one that was never used the clock.
    pub fn of(&self, thing: usize) -> f64 {
        self.known.get(&thing).map_or(self.clock, |known| known.priority)
    }

    /// The one of these with the lowest priority, of equals the first.
    pub fn lowest(&self, things: impl IntoIterator<Item = usize>) -> Option<usize> {
        things.into_iter().min_by(|one, other| self.of(*one).total_cmp(&self.of(*other)))
    }

    /// Takes note that a thing was evicted: what comes later counts from its priority on.
    pub fn evicted(&mut self, thing: usize) {
        self.clock = self.clock.max(self.of(thing));
        self.known.remove(&thing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_saves_more_for_each_byte_and_is_used_more_often_stays() {
        let mut priorities = Priorities::default();
        priorities.used(0, 1, 100, 10);
        priorities.used(1, 1, 100, 20);
        priorities.used(2, 2, 100, 20);
        assert_eq!(priorities.lowest([0, 1, 2]), Some(1));
        assert_eq!(priorities.lowest([0, 2]), Some(0), "of equals the first");
        assert_eq!(priorities.lowest([0, 7]), Some(7), "what was never used goes first");
        assert_eq!(priorities.lowest([]), None);
    }

    #[test]
    fn what_was_useful_long_ago_ages() {
        let mut priorities = Priorities::default();
        priorities.used(0, 10, 10, 1);
        for other in 1..200 {
            priorities.used(other, 1, 90, 1);
            let lowest = priorities.lowest([0, other]).unwrap();
            priorities.evicted(lowest);
            if lowest == 0 {
                return;
            }
        }
        panic!("it stayed for ever");
    }

    proptest! {
        #[test]
        fn the_clock_never_goes_back(steps in proptest::collection::vec((0_usize..8, any::<u64>(), any::<u64>(), any::<u64>(), any::<bool>()), 0..200)) {
            let mut priorities = Priorities::default();
            let mut clock = 0.0;
            for (thing, times, gain, bytes, evicts) in steps {
                if evicts { priorities.evicted(thing) } else { priorities.used(thing, times, gain, bytes) }
                prop_assert!(priorities.clock >= clock && priorities.of(thing) >= priorities.clock);
                clock = priorities.clock;
            }
        }
    }
}
