//! A store of one's own in the place of files, and what becomes of values while it does not work.
#![cfg(feature = "cache")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use headstart::cache::{Cache, KeyHash, Policy, Store, Stored, TagHash, Turn};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// In memory, and at times out of order.
#[derive(Debug, Default)]
struct Memory {
    is_broken: AtomicBool,
    entries: Mutex<HashMap<KeyHash, Stored>>,
    tags: Mutex<HashMap<TagHash, u64>>,
}

#[derive(Debug)]
struct Free;

impl Turn for Free {}

impl Memory {
    fn works<T>(&self, value: impl FnOnce() -> T) -> io::Result<T> {
        if self.is_broken.load(Ordering::Acquire) { Err(io::Error::other("it is out of order")) } else { Ok(value()) }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<KeyHash, Stored>> {
        self.entries.lock().unwrap()
    }

    fn is_broken(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Release);
    }
}

impl Store for Memory {
    fn read(&self, key: &KeyHash) -> io::Result<Option<Stored>> {
        self.works(|| self.entries().get(key).cloned())
    }

    fn write(&self, key: &KeyHash, stored: &Stored) -> io::Result<()> {
        self.works(|| drop(self.entries().insert(*key, stored.clone())))
    }

    fn remove(&self, key: &KeyHash) -> io::Result<bool> {
        self.works(|| self.entries().remove(key).is_some())
    }

    fn clear(&self) -> io::Result<()> {
        self.works(|| self.entries().clear())
    }

    fn generation(&self, tag: &TagHash) -> io::Result<u64> {
        self.works(|| self.tags.lock().unwrap().get(tag).copied().unwrap_or(0))
    }

    fn invalidate(&self, tag: &TagHash) -> io::Result<()> {
        self.works(|| *self.tags.lock().unwrap().entry(*tag).or_default() += 1)
    }

    fn turn(&self, _: &KeyHash, _: Duration) -> io::Result<Option<Box<dyn Turn>>> {
        self.works(|| Some(Box::new(Free) as Box<dyn Turn>))
    }
}

fn over(store: &Arc<Memory>) -> Cache<u32> {
    Cache::builder("test").store(Arc::clone(store) as Arc<dyn Store>).message_pack()
}

#[test]
fn while_it_is_out_of_order_values_are_computed_and_kept_in_the_process() {
    let store = Arc::new(Memory::default());
    let cache = over(&store);
    store.is_broken(true);
    let compute = |value| move || Ok::<_, Infallible>(Some(value));
    assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute(1)), Ok(Some(1)));
    assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute(2)), Ok(Some(1)));
    assert!(cache.statistics().errors > 0);
    store.is_broken(false);
    assert!(store.entries().is_empty());
    cache.put("key", &Policy::forever(), 3);
    assert_eq!((over(&store).get("key"), store.entries().len()), (Some(3), 1));
}

#[test]
fn where_it_cannot_tell_whether_a_tag_was_invalidated_nothing_with_it_is_good() {
    let store = Arc::new(Memory::default());
    let (cache, policy) = (over(&store), Policy::forever().tags(["tag"]));
    cache.put("key", &policy, 1);
    store.is_broken(true);
    assert_eq!(cache.get("key"), None);
    cache.put("new", &policy, 2);
    store.is_broken(false);
    assert_eq!((cache.get("key"), cache.get("new")), (Some(1), None));
}

#[test]
fn an_invalidation_that_it_does_not_take_is_made_up_for() {
    let store = Arc::new(Memory::default());
    let (cache, other) = (over(&store), over(&store));
    let policy = Policy::forever().tags(["tag"]);
    cache.put("key", &policy, 1);
    assert_eq!(other.get("key"), Some(1));
    store.is_broken(true);
    cache.invalidate("tag");
    store.is_broken(false);
    assert_eq!((cache.get("key"), other.get("key")), (None, None));
    cache.put("key", &policy, 2);
    assert_eq!((cache.get("key"), over(&store).get("key")), (Some(2), Some(2)));
}

#[test]
fn what_is_not_the_codec_s_is_a_miss() {
    let store = Arc::new(Memory::default());
    let cache = over(&store);
    cache.put("key", &Policy::forever(), 1);
    for stored in store.entries().values_mut() {
        stored.value = Some(b"\xc1"[..].into());
    }
    let fresh = over(&store);
    assert_eq!((fresh.get("key"), fresh.statistics().damaged), (None, 1));
}
