//! From when until when a value is good: pure.

use super::policy::Policy;
use super::time::Moment;
use std::time::Duration;

/// A value from later than this is from before the clock was set back: how good it still is nobody knows.
const CLOCKS_DIFFER: u64 = 2_000_000_000;

/// When a value was computed, and until when it is good for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Nanoseconds since 1970, as all that follow.
    pub created: u64,
    /// From when on one caller refreshes it.
    pub due: u64,
    /// Until when it is fresh.
    pub fresh_until: u64,
    /// Until when it is served while it is refreshed.
    pub stale_until: u64,
    /// Until when it is served where refreshing fails.
    pub error_until: u64,
    /// The epoch in which alone it is good.
    pub epoch: Option<u64>,
}

/// What a value is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Everything.
    Fresh,
    /// Everything; one caller should refresh it.
    Due,
    /// To be served while it is refreshed.
    Stale,
    /// To be served where refreshing it fails.
    OnError,
    /// Nothing.
    Gone,
}

impl Life {
    /// Of a value that was computed at a moment; `None` where it is not to be kept. `is_there`: whether there is a value, or
    /// that there is none is what is known.
    pub fn begin(policy: &Policy, now: Moment, is_there: bool) -> Option<Self> {
        let ttl = if is_there { policy.ttl } else { Some(policy.negative?) };
        let created = now.wall_ns;
        let fresh_until = ttl.map_or(u64::MAX, |ttl| after(created, ttl));
        let (stale, on_error) = if is_there { (policy.stale, policy.stale_on_error) } else { Default::default() };
        let due = match ttl {
            Some(_) if is_there => fresh_until.saturating_sub(nanoseconds(policy.refresh_ahead)).max(created),
            _ => fresh_until,
        };
        Some(Self {
            created,
            due,
            fresh_until,
            stale_until: after(fresh_until, stale),
            error_until: after(fresh_until, on_error.max(stale)),
            epoch: policy.refresh_on_restore.then_some(now.epoch),
        })
    }

    /// Of a value that is not kept: it is good for nothing.
    pub(super) const fn none() -> Self {
        Self { created: 0, due: 0, fresh_until: 0, stale_until: 0, error_until: 0, epoch: None }
    }

    /// What it is good for at a moment.
    pub fn state(&self, now: Moment) -> State {
        let is_from_later = self.created > now.wall_ns.saturating_add(CLOCKS_DIFFER);
        if is_from_later || self.epoch.is_some_and(|epoch| epoch != now.epoch) {
            return State::Gone;
        }
        match now.wall_ns {
            time if time < self.due => State::Fresh,
            time if time < self.fresh_until => State::Due,
            time if time < self.stale_until => State::Stale,
            time if time < self.error_until => State::OnError,
            _ => State::Gone,
        }
    }
}

fn after(time: u64, duration: Duration) -> u64 {
    time.saturating_add(nanoseconds(duration))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::State::{Due, Fresh, Gone, OnError, Stale};
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn at(seconds: u64) -> Moment {
        Moment { wall_ns: seconds * SECOND, epoch: 3 }
    }

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn a_value_goes_through_its_states() {
        let policy = Policy::ttl(seconds(10))
            .refresh_ahead(seconds(2))
            .stale_while_revalidate(seconds(5))
            .stale_on_error(seconds(20));
        let life = Life::begin(&policy, at(100), true).unwrap();
        let states = [100, 107, 108, 110, 114, 115, 129, 130].map(|time| life.state(at(time)));
        assert_eq!(states, [Fresh, Fresh, Due, Stale, Stale, OnError, OnError, Gone]);
    }

    #[test]
    fn what_has_no_end_stays_and_what_is_not_there_is_remembered_only_if_asked() {
        let life = Life::begin(&Policy::forever(), at(100), true).unwrap();
        assert_eq!(life.state(Moment { wall_ns: u64::MAX - 1, epoch: 0 }), State::Fresh);
        assert_eq!(Life::begin(&Policy::forever(), at(100), false), None);
        let policy = Policy::ttl(seconds(100)).negative_ttl(seconds(1)).stale_on_error(seconds(50));
        let life = Life::begin(&policy, at(100), false).unwrap();
        assert_eq!([life.state(at(100)), life.state(at(101))], [State::Fresh, State::Gone]);
    }

    #[test]
    fn a_clock_that_was_set_back_and_another_epoch_end_it() {
        let life = Life::begin(&Policy::ttl(seconds(3_600)).refresh_on_restore(), at(100_000), true).unwrap();
        assert_eq!(life.state(at(100_000 - 86_400)), State::Gone);
        assert_eq!(life.state(at(99_999)), State::Fresh);
        assert_eq!(life.state(at(100_000 + 86_400)), State::Gone);
        assert_eq!(life.state(Moment { epoch: 4, ..at(100_000) }), State::Gone);
    }
}
