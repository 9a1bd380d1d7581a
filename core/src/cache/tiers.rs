//! The cache: the process's tier before the node's.

use super::builder::CacheBuilder;
use super::clearing::Clearing;
use super::codec::Codec;
use super::flight::Flights;
use super::kept::{self, Kept};
use super::key::{Key, KeyHash, Namespace};
use super::life::{Life, State};
use super::policy::Policy;
use super::process::ProcessTier;
use super::statistics::{Counters, Statistics};
use super::store::{Store, Stored};
use super::tags::{self, EVERYTHING, Generations, TagHash, TagMark};
use super::tally::Told;
use super::time::{Clock, Moment};
use crate::sys::clock::wall_clock_ns;
use crate::sys::fork::{self, PerProcess};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A cache of values that are found by keys.
///
/// Cheap to share by reference or in an `Arc`; every method takes `&self`. A child that is forked begins with an empty
/// process tier and shares the node's.
pub struct Cache<V: Clone + Send + Sync + 'static> {
    pub(super) local: PerProcess<Local<V>>,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) counters: Arc<Counters>,
    pub(super) wait: Duration,
    told: Told,
    is_held_elsewhere: bool,
    clock: Clock,
    namespace: Namespace,
    codec: Arc<dyn Codec<V>>,
    problem: Option<String>,
}

/// How long a process that ends waits for others who tell what they have done.
const LAST_CHANCE: Duration = Duration::from_millis(50);

/// What each process has for itself.
#[derive(Debug)]
pub(super) struct Local<V: Clone> {
    tier: ProcessTier<V>,
    pub(super) flights: Flights<V>,
    clearing: Clearing,
    generations: Generations,
}

/// What a look came to.
#[derive(Debug)]
pub(super) enum Found<V> {
    /// A value, or that there is none, that can be served.
    Good(Kept<V>),
    /// One that can be served while it is refreshed; `true`: it is stale.
    Old(Kept<V>, bool),
    /// Nothing; and what can be served where computing it fails.
    Nothing(Option<Kept<V>>),
}

impl Cache<Arc<[u8]>> {
    /// A cache of one function, or of whatever has this name: caches with other names share nothing.
    pub fn builder(function: &str) -> CacheBuilder {
        CacheBuilder::new(function)
    }
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    pub(super) fn new(
        process_bytes: Option<u64>,
        (wait, clock): (Duration, Clock),
        (namespace, codec): (Namespace, Arc<dyn Codec<V>>),
        (store, problem): (Option<Arc<dyn Store>>, Option<String>),
        counters: Arc<Counters>,
    ) -> Self {
        let (counted, has_store) = (Arc::clone(&counters), store.is_some());
        let local = PerProcess::new(move || Local {
            tier: ProcessTier::new(process_bytes.unwrap_or(0), &counted),
            flights: Flights::default(),
            clearing: Clearing::default(),
            // What a parent invalidated while it was computed is not good again in its child.
            generations: Generations::above(if has_store || fork::generation() == 0 { 0 } else { wall_clock_ns() }),
        });
        Self {
            local,
            store,
            counters,
            wait,
            told: Told::nothing(),
            is_held_elsewhere: process_bytes.is_none(),
            clock,
            namespace,
            codec,
            problem,
        }
    }

    /// Whether values are kept beyond this process.
    pub fn is_shared(&self) -> bool {
        self.store.is_some()
    }

    /// Why values are kept in the process alone, where they were to be kept on the node.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// The value of a key, where there is one that is fresh.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<V> {
        self.find(key)?.value
    }

    /// The same with how long it is good; it may also be known that there is none.
    pub fn find(&self, key: impl AsRef<[u8]>) -> Option<Kept<V>> {
        let now = self.clock.now();
        let held = match self.fresh(key.as_ref(), now) {
            Ok(kept) => return Some(kept),
            Err(held) => held,
        };
        match self.look(&self.key(key.as_ref()), held, now) {
            Found::Good(kept) | Found::Old(kept, false) => Some(kept),
            Found::Old(_, true) | Found::Nothing(_) => {
                self.counters.misses.up();
                None
            }
        }
    }

    /// Keeps a value, and gives it with how long it is good.
    pub fn put(&self, key: impl AsRef<[u8]>, policy: &Policy, value: V) -> Kept<V> {
        let (key, marks) = (self.key(key.as_ref()), self.marks(policy));
        self.local.get().flights.forget(&key.hash);
        self.keep(&key, policy, marks, Some(value))
    }

    /// Forgets the value of a key; other processes that hold it serve it until it has lived its time: what is to be
    /// forgotten everywhere has a tag.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> bool {
        let key = self.key(key.as_ref());
        self.local.get().flights.forget(&key.hash);
        self.forget(&key)
    }

    /// Forgets everything that has a tag, in all processes. Where the store cannot take that now, it is forgotten in this
    /// process, and the store is told with the next look at the tag.
    pub fn invalidate(&self, tag: &str) {
        self.raise(&self.tag(tag));
    }

    /// Forgets everything; other processes notice within a second, and what they are computing meanwhile may be kept.
    pub fn clear(&self) {
        // In this order: who notices the generation finds nothing of what was before.
        self.counted(|store| store.clear());
        self.raise(&EVERYTHING);
        self.local.get().flights.forget_all();
        self.local.get().tier.clear();
    }

    /// To be called before a snapshot is taken of the process: drops what none may hold.
    pub fn before_snapshot(&self) {
        self.local.get().tier.drop_unfit_for_snapshots();
        self.tell_own();
        if let Some(store) = &self.store {
            store.before_snapshot();
        }
    }

    /// What it has done in this process, and what it holds.
    pub fn statistics(&self) -> Statistics {
        let tier = &self.local.get().tier;
        Statistics { entries: tier.entries(), bytes: tier.bytes(), ..self.counters.read() }
    }

    pub(super) fn key(&self, key: &[u8]) -> Key {
        Key { bytes: key.into(), hash: KeyHash::of(&self.namespace, key) }
    }

    /// What this process holds for a key and can serve as it is; else what it holds, good for whatever that is.
    pub(super) fn fresh(&self, key: &[u8], now: Moment) -> Result<Kept<V>, Option<Kept<V>>> {
        match self.tier(now).get(key) {
            Some(kept) if kept.life.state(now) == State::Fresh && self.is_valid(kept.tags()) => {
                self.counters.process_hits.up();
                Ok(kept)
            }
            held => Err(held),
        }
    }

    /// This process's tier, empty where another process has cleared the cache.
    fn tier(&self, now: Moment) -> &ProcessTier<V> {
        let local = self.local.get();
        if !self.is_held_elsewhere && self.has_been_cleared(&local.clearing, now, |done| done) {
            local.tier.clear();
        }
        &local.tier
    }

    /// What there is for a key whose value is not here or not fresh: what is on the node, or else what is held.
    pub(super) fn look(&self, key: &Key, held: Option<Kept<V>>, now: Moment) -> Found<V> {
        let from_node = self.look_on_node(key, now);
        let held = || held.filter(|kept| self.is_valid(kept.tags()));
        from_node.or_else(|| held().map(|kept| self.found(kept.life.state(now), kept))).unwrap_or(Found::Nothing(None))
    }

    /// `None` where there is nothing of use.
    pub(super) fn look_on_node(&self, key: &Key, now: Moment) -> Option<Found<V>> {
        let stored = self.counted(|store| store.read(&key.hash))??;
        let state = stored.life.state(now);
        if state == State::Gone || !self.is_valid(&stored.tags) {
            return None;
        }
        let value = match stored.value.as_deref().map(|bytes| self.codec.decode(bytes)).transpose() {
            Ok(value) => value,
            Err(error) => {
                self.counters.damaged.up();
                tracing::debug!("a cached value is thrown away: {error}");
                return None;
            }
        };
        let weight = stored.value.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let tags = kept::shared(stored.tags);
        let kept = Kept { life: stored.life, value, tags, weight, no_snapshot: false };
        if state == State::Fresh {
            self.counters.node_hits.up();
            self.local.get().tier.put(&key.bytes, kept.clone());
        }
        Some(self.found(state, kept))
    }

    fn found(&self, state: State, kept: Kept<V>) -> Found<V> {
        match state {
            State::Fresh => Found::Good(kept),
            State::Due => {
                self.counters.process_hits.up();
                Found::Old(kept, false)
            }
            State::Stale => Found::Old(kept, true),
            State::OnError => Found::Nothing(Some(kept)),
            State::Gone => Found::Nothing(None),
        }
    }

    /// The tags of a value as they are before it is computed; `None` where it has more than it may, or where that cannot be
    /// told.
    pub(super) fn marks(&self, policy: &Policy) -> Option<Vec<TagMark>> {
        if policy.tags.len() > tags::MOST_TAGS {
            self.counters.errors.up();
            return None;
        }
        let hashes = policy.tags.iter().map(|tag| self.tag(tag));
        hashes.map(|tag| Some(TagMark { tag, generation: self.generation(&tag)? })).collect()
    }

    /// Keeps a value, or that there is none, here and on the node.
    pub(super) fn keep(&self, key: &Key, policy: &Policy, marks: Option<Vec<TagMark>>, value: Option<V>) -> Kept<V> {
        let now = self.clock.now();
        let begun = Life::begin(policy, now, value.is_some());
        let Some(tags) = marks else {
            self.forget(key);
            return Kept::unkept(value);
        };
        let Some(life) = begun else { return Kept::unkept(value) };
        let encoded = self.encode(policy, value.as_ref());
        let weight = match (&encoded, &value) {
            (Some(Some(bytes)), _) => bytes.len() as u64,
            (_, Some(value)) => self.codec.weight(value) as u64,
            (_, None) => 0,
        };
        let write =
            |value| self.counted(|store| store.write(&key.hash, &Stored { life, tags: tags.clone(), value })).is_some();
        if !encoded.is_some_and(write) {
            // An older one would come back in its place.
            self.counted(|store| store.remove(&key.hash));
        }
        let kept = Kept { life, value, tags: kept::shared(tags), weight, no_snapshot: policy.no_snapshot };
        self.tier(now).put(&key.bytes, kept.clone());
        kept
    }

    /// Forgets what a key has here and on the node; whether there was something.
    pub(super) fn forget(&self, key: &Key) -> bool {
        let was_held = self.tier(self.clock.now()).remove(&key.bytes);
        let was_stored = self.counted(|store| store.remove(&key.hash)).unwrap_or(false);
        was_held || was_stored
    }

    /// What is to be written to the node; `None` where nothing is.
    #[expect(clippy::option_option, reason = "there may be nothing to write, or that there is no value")]
    fn encode(&self, policy: &Policy, value: Option<&V>) -> Option<Option<Arc<[u8]>>> {
        if self.store.is_none() || policy.no_snapshot {
            return None;
        }
        match value.map(|value| self.codec.encode(value)).transpose() {
            Ok(bytes) => Some(bytes.map(Into::into)),
            Err(error) => {
                self.counters.errors.up();
                tracing::debug!("a value is cached in the process alone: {error}");
                None
            }
        }
    }

    /// Whether none of the tags was invalidated since, for certain: for who keeps values in a place of their own.
    pub fn is_valid(&self, marks: &[TagMark]) -> bool {
        marks.iter().all(|mark| self.generation(&mark.tag) == Some(mark.generation))
    }

    /// What a tag is called, for who keeps values in a place of their own.
    pub fn tag(&self, tag: &str) -> TagHash {
        tags::hash(&self.namespace, tag)
    }

    /// The time as this cache has it.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// `None` where it cannot be told: nothing is known to be good then.
    fn generation(&self, tag: &TagHash) -> Option<u64> {
        let own = &self.local.get().generations;
        let raised = own.of(tag);
        if self.store.is_none() {
            return Some(raised);
        }
        if raised != 0 {
            // An invalidation that the store did not take comes first.
            self.counted(|store| store.invalidate(tag))?;
            own.settle(tag, raised);
        }
        self.counted(|store| store.generation(tag))
    }

    fn raise(&self, tag: &TagHash) {
        if self.counted(|store| store.invalidate(tag)).is_none() {
            self.local.get().generations.raise(tag);
        }
    }

    /// Whether another process has cleared everything since this was asked last, as far as is known: it is looked for
    /// once a second.
    ///
    /// What was done meanwhile is told then, for [`usage`](super::usage): `done` makes it of what was counted here, for who
    /// keeps values in a place of their own.
    pub fn has_been_cleared(&self, seen: &Clearing, now: Moment, done: impl Fn(Statistics) -> Statistics) -> bool {
        if self.store.is_none() {
            return false;
        }
        self.told.begin(|| done(self.counters.read()));
        seen.is_new(now, || {
            self.tell(&done(self.counters.read()), Duration::ZERO);
            self.generation(&EVERYTHING)
        })
    }

    /// Tells what was done and is not told yet, before the process ends or stops: these
    /// [`statistics`](Self::statistics), or what one who keeps values in a place of their own makes of them. May take 50
    /// milliseconds where others tell theirs.
    pub fn tell_now(&self, done: &Statistics) {
        self.tell(done, LAST_CHANCE);
    }

    /// The same, unless who keeps values elsewhere tells it.
    fn tell_own(&self) {
        if !self.is_held_elsewhere {
            self.tell_now(&self.counters.read());
        }
    }

    fn tell(&self, done: &Statistics, within: Duration) {
        let Some(store) = &self.store else { return };
        // Of a process that has done nothing with it.
        self.told.begin(|| *done);
        if let Err(error) = self.told.tell(&**store, done, within) {
            // It counts nothing: that would have to be told too.
            tracing::debug!("what the cache has done is told later: {error}");
        }
    }

    /// What the store gives; what it cannot do is counted, and is as if there were none.
    pub(super) fn counted<T>(&self, ask: impl FnOnce(&dyn Store) -> io::Result<T>) -> Option<T> {
        match ask(self.store.as_deref()?) {
            Ok(answer) => Some(answer),
            Err(error) => {
                let counter = match error.kind() {
                    io::ErrorKind::InvalidData => &self.counters.damaged,
                    _ => &self.counters.errors,
                };
                counter.up();
                tracing::debug!("the node's cache is passed over: {error}");
                None
            }
        }
    }
}

impl<V: Clone + Send + Sync + 'static> Drop for Cache<V> {
    fn drop(&mut self) {
        self.tell_own();
    }
}

impl<V: Clone + Send + Sync + 'static> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("namespace", &self.namespace).field("store", &self.store).finish_non_exhaustive()
    }
}
