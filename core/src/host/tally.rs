//! Counters: which tiers served a function's requests, and which failed them.

use crate::instance::Tier;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a tier has done for a function since it was registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TierCount {
    /// Requests that it gave a ready instance.
    pub served: u64,
    /// How often it was there and gave none, so that the next tier served.
    pub failed: u64,
}

#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<Tier, TierCount>>);

impl Tally {
    pub(super) fn served(&self, tier: Tier) {
        self.counts().entry(tier).or_default().served += 1;
    }

    pub(super) fn failed(&self, tier: Tier) {
        self.counts().entry(tier).or_default().failed += 1;
    }

    pub(super) fn read(&self) -> BTreeMap<Tier, TierCount> {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Tier, TierCount>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
