//! The process's own tier: values as they are, weighed in bytes, those that are used least making room.

use super::kept::Kept;
use super::statistics::Counters;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, Weighter};
use std::sync::Arc;

/// What an entry takes beside its key and its value, roughly.
const OVERHEAD: u64 = 200;
/// The table is made for entries of this size; it grows where they are smaller.
const USUAL_ENTRY: u64 = 4096;

/// Nothing where it may hold nothing.
#[derive(Debug)]
pub(super) struct ProcessTier<V: Clone>(Option<Table<V>>);

type Table<V> = Cache<Box<[u8]>, Kept<V>, ByWeight, DefaultHashBuilder, Evictions>;

impl<V: Clone> ProcessTier<V> {
    pub(super) fn new(bytes: u64, counters: &Arc<Counters>) -> Self {
        if bytes == 0 {
            return Self(None);
        }
        let items = usize::try_from(bytes / USUAL_ENTRY).unwrap_or(usize::MAX).clamp(16, 1 << 16);
        let evictions = Evictions(Arc::clone(counters));
        Self(Some(Cache::with(items, bytes, ByWeight, DefaultHashBuilder::default(), evictions)))
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<Kept<V>> {
        self.0.as_ref()?.get(key)
    }

    pub(super) fn put(&self, key: &[u8], kept: Kept<V>) {
        if let Some(table) = &self.0 {
            table.insert(key.into(), kept);
        }
    }

    pub(super) fn remove(&self, key: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|table| table.remove(key).is_some())
    }

    pub(super) fn clear(&self) {
        self.0.iter().for_each(Cache::clear);
    }

    /// Drops what no snapshot may hold.
    pub(super) fn drop_unfit_for_snapshots(&self) {
        self.0.iter().for_each(|table| table.retain(|_, kept| !kept.no_snapshot));
    }

    pub(super) fn entries(&self) -> u64 {
        self.0.as_ref().map_or(0, |table| table.len() as u64)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.as_ref().map_or(0, Cache::weight)
    }
}

#[derive(Debug, Clone)]
struct ByWeight;

impl<V> Weighter<Box<[u8]>, Kept<V>> for ByWeight {
    fn weight(&self, key: &Box<[u8]>, kept: &Kept<V>) -> u64 {
        key.len() as u64 + kept.weight + OVERHEAD
    }
}

/// Counts what makes room.
#[derive(Debug, Clone)]
struct Evictions(Arc<Counters>);

impl<V> Lifecycle<Box<[u8]>, Kept<V>> for Evictions {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), _: Box<[u8]>, _: Kept<V>) {
        self.0.evictions.up();
    }
}
