//! The process's own tier: values as they are, weighed in bytes, those that are used least making room.

use super::key::KeyHash;
use super::life::Life;
use super::statistics::Counters;
use super::tags::TagMark;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, Weighter};
use std::sync::Arc;

/// What an entry takes beside its value, roughly.
const OVERHEAD: u64 = 200;
/// The table is made for entries of this size; it grows where they are smaller.
const USUAL_ENTRY: u64 = 4096;

/// A value that is held in the process; `None` where it is known that there is none.
#[derive(Debug, Clone)]
pub(super) struct Held<V> {
    pub(super) life: Life,
    pub(super) value: Option<V>,
    pub(super) more: Arc<More>,
}

/// What is seldom looked at.
#[derive(Debug)]
pub(super) struct More {
    pub(super) tags: Vec<TagMark>,
    pub(super) weight: u64,
    pub(super) no_snapshot: bool,
}

#[derive(Debug)]
pub(super) struct ProcessTier<V: Clone>(Cache<KeyHash, Held<V>, ByWeight, DefaultHashBuilder, Evictions>);

impl<V: Clone> ProcessTier<V> {
    pub(super) fn new(bytes: u64, counters: &Arc<Counters>) -> Self {
        let items = usize::try_from(bytes / USUAL_ENTRY).unwrap_or(usize::MAX).clamp(16, 1 << 16);
        Self(Cache::with(items, bytes, ByWeight, DefaultHashBuilder::default(), Evictions(Arc::clone(counters))))
    }

    pub(super) fn get(&self, key: &KeyHash) -> Option<Held<V>> {
        self.0.get(key)
    }

    pub(super) fn put(&self, key: KeyHash, held: Held<V>) {
        self.0.insert(key, held);
    }

    pub(super) fn remove(&self, key: &KeyHash) -> bool {
        self.0.remove(key).is_some()
    }

    pub(super) fn clear(&self) {
        self.0.clear();
    }

    /// Drops what no snapshot may hold.
    pub(super) fn drop_unfit_for_snapshots(&self) {
        self.0.retain(|_, held| !held.more.no_snapshot);
    }

    pub(super) fn entries(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.weight()
    }
}

#[derive(Debug, Clone)]
struct ByWeight;

impl<V> Weighter<KeyHash, Held<V>> for ByWeight {
    fn weight(&self, _: &KeyHash, held: &Held<V>) -> u64 {
        held.more.weight + OVERHEAD
    }
}

/// Counts what makes room.
#[derive(Debug, Clone)]
struct Evictions(Arc<Counters>);

impl<V> Lifecycle<KeyHash, Held<V>> for Evictions {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), _: KeyHash, _: Held<V>) {
        self.0.evictions.up();
    }
}
