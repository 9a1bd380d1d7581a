//! When a shard is to be looked through: how much this process may write into it until then.
//!
//! Looking through takes as long as there are entries, so that it happens the less often the more room there was last time.
//! Other processes write too and do not tell: each draws its allowance at random from the whole room, so that of many
//! processes one looks soon.

use super::directory::SHARDS;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a small file takes.
pub(super) const BLOCK: u64 = 4096;
/// So many entries may be written into a shard of which nothing is known, and into a full one.
const LEAST: u64 = 16 * BLOCK;

/// The allowances of a namespace's shards, in bytes.
#[derive(Debug)]
pub(super) struct Allowances([AtomicU64; SHARDS as usize]);

impl Allowances {
    /// Of a process that has looked through nothing.
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(random_below(LEAST))))
    }

    /// Takes what an entry needs; whether there was not as much left, so that the shard is to be looked through.
    pub(super) fn is_used_up(&self, shard: u8, bytes: u64) -> bool {
        let left = &self.0[usize::from(shard % SHARDS)];
        let needed = bytes.next_multiple_of(BLOCK);
        left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(needed)).is_err()
    }

    /// Allows to write into a shard that has so much room.
    pub(super) fn renew(&self, shard: u8, room: u64) {
        self.0[usize::from(shard % SHARDS)].store(LEAST.max(random_below(room)), Ordering::Relaxed);
    }
}

/// Evenly spread; nothing where the system has no random numbers.
fn random_below(limit: u64) -> u64 {
    let random = u128::from(getrandom::u64().unwrap_or(0));
    u64::try_from((random * u128::from(limit)) >> 64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_or_full_is_looked_through_soon_and_what_is_empty_is_not() {
        let allowances = Allowances::new();
        let writes = |shard| (0..2_000_u64).find(|_| allowances.is_used_up(shard, 100)).unwrap_or(0);
        assert!(writes(3) < 16);
        allowances.renew(3, 0);
        assert_eq!(writes(3), 16);
        let spread: Vec<u64> = (0..100).map(|_| (allowances.renew(3, 1_000 * BLOCK), writes(3)).1).collect();
        assert!(spread.iter().all(|writes| (16..1_000).contains(writes)), "{spread:?}");
        assert!((300..700).contains(&(spread.iter().sum::<u64>() / 100)), "{spread:?}");
    }
}
