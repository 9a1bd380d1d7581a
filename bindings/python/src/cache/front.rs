//! What a process holds: values by reference in a dictionary, those that were not asked for of late making room.
//!
//! Room is made by a second chance: the key that has been here for longest goes, unless it was asked for since it was looked
//! at last. There is no lock here: any comparison of keys and any end of a value can run code that asks the cache again.

use super::codec::{Shared, weight_of};
use headstart::cache::{Cache, Clearing, Kept, Moment, State, Statistics, TagHash};
use pyo3::prelude::*;
use pyo3::pyclass::{PyTraverseError, PyVisit};
use pyo3::types::PyDict;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What an entry takes beside its value, roughly.
const OVERHEAD: u64 = 300;
/// So many keys that are not here any more are kept in any case.
const USUAL_REST: usize = 100;

/// A value in the dictionary.
#[pyclass(frozen)]
pub(super) struct Entry {
    kept: Kept<Shared>,
    /// Of the value and the key, in bytes.
    weight: u64,
    /// Whether it was asked for since it was looked at last.
    was_used: AtomicBool,
}

#[pymethods]
impl Entry {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.kept.value().map_or(Ok(()), |value| visit.call(&**value))
    }
}

/// The values of a cache.
pub(super) struct Front {
    entries: Py<PyDict>,
    most_entries: usize,
    most_bytes: u64,
    /// Keys by the time that they came, some of which may not be here any more: a `collections.deque`.
    order: Py<PyAny>,
    bytes: AtomicU64,
    clearing: Clearing,
    hits: AtomicU64,
    evictions: AtomicU64,
}

impl Front {
    pub(super) fn new(py: Python<'_>, most_entries: usize, most_bytes: u64) -> PyResult<Self> {
        Ok(Self {
            entries: PyDict::new(py).unbind(),
            most_entries,
            most_bytes,
            order: py.import("collections")?.call_method0("deque")?.unbind(),
            bytes: AtomicU64::new(0),
            clearing: Clearing::default(),
            hits: AtomicU64::new(0),
            evictions: AtomicU64::new(0),
        })
    }

    /// A value that can be served as it is.
    pub(super) fn fresh(
        &self,
        py: Python<'_>,
        core: &Cache<Shared>,
        key: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Py<PyAny>>> {
        let now = core.now();
        self.look_around(py, core, now);
        let Some(entry) = self.find(py, key)? else { return Ok(None) };
        let entry = entry.get();
        if !is_good(&entry.kept, core, now) {
            return Ok(None);
        }
        // Written only where it says something new: other threads read it.
        if !entry.was_used.load(Ordering::Relaxed) {
            entry.was_used.store(true, Ordering::Relaxed);
        }
        self.hits.fetch_add(1, Ordering::Relaxed);
        Ok(Some(value_of(py, &entry.kept)))
    }

    /// Notices, once a second, that another process has cleared the cache; what was done is told then.
    pub(super) fn look_around(&self, py: Python<'_>, core: &Cache<Shared>, now: Moment) {
        if core.has_been_cleared(&self.clearing, now, |counted| self.done(counted)) {
            self.clear(py);
        }
    }

    /// What was done, of what the core has counted of it.
    pub(super) fn done(&self, mut counted: Statistics) -> Statistics {
        counted.process_hits += self.hits.load(Ordering::Relaxed);
        counted.evictions = self.evictions.load(Ordering::Relaxed);
        counted
    }

    /// What there is, good for whatever it is.
    pub(super) fn held(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Option<Kept<Shared>>> {
        Ok(self.find(py, key)?.map(|entry| entry.get().kept.clone()))
    }

    /// Holds a value in place of what there is; where it is not to be kept, or does not fit, nothing.
    pub(super) fn put(&self, key: &Bound<'_, PyAny>, kept: Kept<Shared>, now: Moment) -> PyResult<()> {
        let py = key.py();
        let weight = kept.weight() + weight_of(key) as u64 + OVERHEAD;
        let entry = Entry { kept, weight, was_used: AtomicBool::new(false) };
        if entry.kept.life().state(now) == State::Gone || weight > self.most_bytes {
            return self.remove(py, key).map(drop);
        }
        let old = self.find(py, key)?;
        self.bytes.fetch_add(weight, Ordering::Relaxed);
        self.entries.bind(py).set_item(key, Bound::new(py, entry)?)?;
        match old {
            Some(old) => self.lose(old.get()),
            None => drop(self.order.bind(py).call_method1("append", (key,))?),
        }
        self.make_room(py)
    }

    /// Whether it was there.
    pub(super) fn remove(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Some(entry) = self.find(py, key)? else { return Ok(false) };
        self.drop_entry(py, key, &entry);
        Ok(true)
    }

    pub(super) fn clear(&self, py: Python<'_>) {
        self.bytes.store(0, Ordering::Relaxed);
        self.entries.bind(py).clear();
        if let Err(error) = self.order.bind(py).call_method0("clear") {
            error.write_unraisable(py, None);
        }
    }

    /// Drops what has a tag.
    pub(super) fn invalidate(&self, py: Python<'_>, tag: &TagHash) {
        self.drop_where(py, |kept| kept.tags().iter().any(|mark| mark.tag == *tag));
    }

    /// Drops what no snapshot may hold.
    pub(super) fn drop_unfit_for_snapshots(&self, py: Python<'_>) {
        self.drop_where(py, Kept::is_unfit_for_snapshots);
    }

    pub(super) fn len(&self, py: Python<'_>) -> usize {
        self.entries.bind(py).len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.entries)?;
        visit.call(&self.order)
    }

    fn find<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Entry>>> {
        let found = self.entries.bind(py).get_item(key)?;
        Ok(found.and_then(|entry| entry.cast_into_exact::<Entry>().ok()))
    }

    fn make_room(&self, py: Python<'_>) -> PyResult<()> {
        let order = self.order.bind(py);
        while self.len(py) > self.most_entries || self.bytes() > self.most_bytes {
            if order.len()? == 0 {
                // Two threads that put one key at once may both have counted it.
                self.bytes.store(0, Ordering::Relaxed);
                break;
            }
            let key = order.call_method0("popleft")?;
            let Some(entry) = self.find(py, &key)? else { continue };
            if entry.get().was_used.swap(false, Ordering::Relaxed) {
                order.call_method1("append", (key,))?;
            } else {
                self.evictions.fetch_add(1, Ordering::Relaxed);
                self.drop_entry(py, &key, &entry);
            }
        }
        // Keys that were forgotten, some of them more than once.
        if order.len()? > 2 * self.len(py) + USUAL_REST {
            let keys = self.entries.bind(py).keys();
            order.call_method0("clear")?;
            order.call_method1("extend", (keys,))?;
        }
        Ok(())
    }

    fn drop_where(&self, py: Python<'_>, is_to_go: impl Fn(&Kept<Shared>) -> bool) {
        for (key, entry) in self.entries.bind(py).copy().iter().flatten() {
            if let Ok(entry) = entry.cast_exact::<Entry>()
                && is_to_go(&entry.get().kept)
            {
                self.drop_entry(py, &key, entry);
            }
        }
    }

    fn drop_entry(&self, py: Python<'_>, key: &Bound<'_, PyAny>, entry: &Bound<'_, Entry>) {
        // Where it is gone already, another has counted it.
        if self.entries.bind(py).del_item(key).is_ok() {
            self.lose(entry.get());
        }
    }

    fn lose(&self, entry: &Entry) {
        let less = |bytes: u64| Some(bytes.saturating_sub(entry.weight));
        let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// Whether a value can be served as it is.
pub(super) fn is_good(kept: &Kept<Shared>, core: &Cache<Shared>, now: Moment) -> bool {
    kept.life().state(now) == State::Fresh && core.is_valid(kept.tags())
}

/// The object; `None` for what is known not to be there.
pub(super) fn value_of(py: Python<'_>, kept: &Kept<Shared>) -> Py<PyAny> {
    kept.value().map_or_else(|| py.None(), |value| value.clone_ref(py))
}
