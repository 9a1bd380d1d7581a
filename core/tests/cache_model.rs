//! The cache against a plain model of it: any sequence of uses, of the process's and of the node's tier.
#![cfg(feature = "cache")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

#[cfg(all(feature = "redis-store", feature = "host"))]
mod support;

use headstart::cache::{self, Cache, CacheBuilder, Policy};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const TAGS: [&str; 2] = ["one", "other"];
/// The epoch is the process's.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A policy in plain numbers: seconds, and which tags.
#[derive(Debug, Clone, Copy)]
struct Rule {
    ttl: Option<u64>,
    ahead: u64,
    stale: u64,
    on_error: u64,
    negative: Option<u64>,
    tags: &'static [usize],
    one_epoch: bool,
    no_snapshot: bool,
}

const FOREVER: Rule = Rule {
    ttl: None,
    ahead: 0,
    stale: 0,
    on_error: 0,
    negative: None,
    tags: &[],
    one_epoch: false,
    no_snapshot: false,
};
const RULES: [Rule; 8] = [
    FOREVER,
    Rule { ttl: Some(10), ..FOREVER },
    Rule { ttl: Some(10), stale: 5, on_error: 20, ..FOREVER },
    Rule { ttl: Some(10), ahead: 4, on_error: 3, ..FOREVER },
    Rule { tags: &[0], ..FOREVER },
    Rule { ttl: Some(10), stale: 20, tags: &[0, 1], ..FOREVER },
    Rule { ttl: Some(30), negative: Some(5), one_epoch: true, ..FOREVER },
    Rule { ttl: Some(30), no_snapshot: true, ..FOREVER },
];

impl Rule {
    fn policy(self) -> Policy {
        let seconds = Duration::from_secs;
        let mut policy = self.ttl.map_or_else(Policy::forever, |ttl| Policy::ttl(seconds(ttl)));
        policy = policy.refresh_ahead(seconds(self.ahead)).stale_while_revalidate(seconds(self.stale));
        policy = policy.stale_on_error(seconds(self.on_error)).tags(self.tags.iter().map(|tag| TAGS[*tag]));
        policy = if let Some(ttl) = self.negative { policy.negative_ttl(seconds(ttl)) } else { policy };
        policy = if self.one_epoch { policy.refresh_on_restore() } else { policy };
        if self.no_snapshot { policy.no_snapshot() } else { policy }
    }
}

#[derive(Debug, Clone)]
enum Use {
    Get(u8),
    Put(u8, usize),
    /// With what computing comes to.
    Compute(u8, usize, Result<bool, ()>),
    Remove(u8),
    Invalidate(usize),
    Clear,
    Pass(u64),
    Restore,
    Snapshot,
    /// Another process begins where this one was.
    Reopen,
}

fn uses() -> impl Strategy<Value = Use> {
    let (key, rule) = (0..3_u8, 0..RULES.len());
    prop_oneof![
        4 => key.clone().prop_map(Use::Get),
        3 => (key.clone(), rule.clone()).prop_map(|(key, rule)| Use::Put(key, rule)),
        6 => (key.clone(), rule, prop_oneof![3 => Just(Ok(true)), 1 => Just(Ok(false)), 2 => Just(Err(()))])
            .prop_map(|(key, rule, outcome)| Use::Compute(key, rule, outcome)),
        1 => key.prop_map(Use::Remove),
        1 => (0..TAGS.len()).prop_map(Use::Invalidate),
        1 => Just(Use::Clear),
        4 => (1..12_u64).prop_map(Use::Pass),
        1 => Just(Use::Restore),
        1 => Just(Use::Snapshot),
        1 => Just(Use::Reopen),
    ]
}

/// What a key has.
#[derive(Debug, Clone)]
struct Entry {
    value: Option<u32>,
    rule: Rule,
    made: u64,
    epoch: u64,
    generations: [u64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum State {
    Fresh,
    Due,
    Stale,
    OnError,
    Gone,
}

/// The cache as one would write it down: a map for each process, and one for the node.
#[derive(Debug, Default)]
struct Model {
    now: u64,
    epoch: u64,
    generations: [u64; 2],
    processes: [HashMap<u8, Entry>; 2],
    node: Option<HashMap<u8, Entry>>,
}

impl Model {
    fn state(&self, entry: &Entry) -> State {
        let Rule { ttl, ahead, stale, on_error, negative, tags, one_epoch, .. } = entry.rule;
        let is_invalid = tags.iter().any(|tag| entry.generations[*tag] != self.generations[*tag]);
        if is_invalid || one_epoch && entry.epoch != self.epoch {
            return State::Gone;
        }
        let (age, is_there) = (self.now - entry.made, entry.value.is_some());
        let Some(ttl) = (if is_there { ttl } else { negative }) else { return State::Fresh };
        let (ahead, stale, on_error) = if is_there { (ahead, stale, on_error) } else { (0, 0, 0) };
        match age {
            _ if age < ttl - ahead => State::Fresh,
            _ if age < ttl => State::Due,
            _ if age < ttl + stale => State::Stale,
            _ if age < ttl + on_error.max(stale) => State::OnError,
            _ => State::Gone,
        }
    }

    /// What a process finds: its own where that is fresh, else the node's where that is good for anything, else its own.
    #[expect(clippy::option_option, reason = "there may be nothing, or known to be no value")]
    fn look(&mut self, process: usize, key: u8) -> (State, Option<Option<u32>>) {
        let own = self.processes[process].get(&key).cloned();
        let node = self.node.as_ref().and_then(|node| node.get(&key).cloned());
        let of = |entry: &Option<Entry>| entry.as_ref().map_or(State::Gone, |entry| self.state(entry));
        let (own_state, node_state) = (of(&own), of(&node));
        let (state, found) = match (own_state, node_state) {
            (State::Fresh, _) | (_, State::Gone) => (own_state, own),
            _ => (node_state, node.clone()),
        };
        if let (State::Fresh, Some(node)) = (node_state, node.filter(|_| own_state != State::Fresh)) {
            self.processes[process].insert(key, node);
        }
        (state, found.filter(|_| state != State::Gone).map(|entry| entry.value))
    }

    fn keep(&mut self, process: usize, key: u8, rule: Rule, value: Option<u32>) {
        let entry = Entry { value, rule, made: self.now, epoch: self.epoch, generations: self.generations };
        if let Some(node) = &mut self.node {
            // Nothing older stays in its place.
            node.remove(&key);
            if !rule.no_snapshot {
                node.insert(key, entry.clone());
            }
        }
        self.processes[process].insert(key, entry);
    }

    fn remove(&mut self, process: usize, key: u8) -> bool {
        let was_stored = self.node.as_mut().is_some_and(|node| node.remove(&key).is_some());
        self.processes[process].remove(&key).is_some() || was_stored
    }

    fn get(&mut self, process: usize, key: u8) -> Option<u32> {
        match self.look(process, key) {
            (State::Fresh | State::Due, found) => found.flatten(),
            _ => None,
        }
    }

    fn compute(
        &mut self,
        process: usize,
        key: u8,
        rule: Rule,
        outcome: Result<Option<u32>, ()>,
    ) -> Result<Option<u32>, ()> {
        let (state, old) = self.look(process, key);
        match (state, outcome) {
            (State::Fresh, _) => return Ok(old.unwrap()),
            (_, Err(())) => return old.ok_or(()),
            (_, Ok(None)) if rule.negative.is_none() => {
                if old.is_some() {
                    self.remove(process, key);
                }
            }
            (_, Ok(value)) => self.keep(process, key, rule, value),
        }
        outcome
    }

    fn pass(&mut self, seconds: u64) {
        self.now += seconds;
    }
}

/// The cache and its model, used in the same way.
struct Both {
    model: Model,
    caches: [Cache<u32>; 2],
    open: Box<dyn Fn() -> Cache<u32>>,
    time: Arc<AtomicU64>,
    next: u32,
}

impl Both {
    fn new(is_shared: bool, begin: impl Fn() -> CacheBuilder + 'static) -> Self {
        let time = Arc::new(AtomicU64::new(1_800_000_000 * SECOND));
        let clock = Arc::clone(&time);
        let open = Box::new(move || begin().clock(Arc::clone(&clock)).json());
        let node = is_shared.then(HashMap::new);
        let model = Model { epoch: cache::epoch(), node, ..Model::default() };
        Self { model, caches: [open(), open()], open, time, next: 0 }
    }

    fn pass(&mut self, seconds: u64) {
        self.model.pass(seconds);
        self.time.fetch_add(seconds * SECOND, Ordering::AcqRel);
    }

    fn next(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn apply(&mut self, process: usize, used: &Use) -> Result<(), TestCaseError> {
        let value = self.next();
        let (model, cache) = (&mut self.model, &self.caches[process]);
        match *used {
            Use::Get(key) => prop_assert_eq!(cache.get([key]), model.get(process, key)),
            Use::Put(key, rule) => {
                cache.put([key], &RULES[rule].policy(), value);
                model.keep(process, key, RULES[rule], Some(value));
            }
            Use::Compute(key, rule, outcome) => {
                let outcome = outcome.map(|is_there| is_there.then_some(value));
                let found = cache.get_or_compute([key], &RULES[rule].policy(), || outcome);
                prop_assert_eq!(found, model.compute(process, key, RULES[rule], outcome));
            }
            Use::Remove(key) => prop_assert_eq!(cache.remove([key]), model.remove(process, key)),
            Use::Invalidate(tag) => self.invalidate(process, tag),
            Use::Clear => self.clear(process),
            Use::Pass(seconds) => self.pass(seconds),
            Use::Restore => {
                cache::restored(cache::epoch() + 1);
                model.epoch = cache::epoch();
            }
            Use::Snapshot => {
                cache.before_snapshot();
                model.processes[process].retain(|_, entry| !entry.rule.no_snapshot);
            }
            Use::Reopen => {
                self.caches[process] = (self.open)();
                model.processes[process].clear();
            }
        }
        Ok(())
    }

    /// Without a node every cache has tags of its own: both are told.
    fn invalidate(&mut self, process: usize, tag: usize) {
        match self.model.node {
            Some(_) => self.caches[process].invalidate(TAGS[tag]),
            None => self.caches.iter().for_each(|cache| cache.invalidate(TAGS[tag])),
        }
        self.model.generations[tag] += 1;
    }

    /// Others notice within a second.
    fn clear(&mut self, process: usize) {
        self.caches[process].clear();
        let is_shared = self.model.node.as_mut().map(HashMap::clear).is_some();
        let cleared = self.model.processes.iter_mut().enumerate().filter(|(it, _)| is_shared || *it == process);
        cleared.for_each(|(_, entries)| entries.clear());
        self.pass(2);
    }
}

/// Tries so many sequences of uses, each on caches that nobody has used.
fn behaves_as_its_model<B: Fn() -> CacheBuilder + 'static>(cases: u32, is_shared: bool, place: impl Fn(u64) -> B) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let number = AtomicU64::new(0);
    let sequences = prop::collection::vec((0..2_usize, uses()), 1..60);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&sequences, |all| {
        let mut both = Both::new(is_shared, place(number.fetch_add(1, Ordering::Relaxed)));
        all.iter().try_for_each(|(process, used)| both.apply(*process, used))
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_cache_of_the_process_behaves_as_its_model() {
    behaves_as_its_model(400, false, |_| || Cache::builder("model"));
}

#[test]
fn a_cache_on_the_node_behaves_as_its_model() {
    let directory = tempfile::tempdir().unwrap();
    behaves_as_its_model(400, true, |number| {
        let place = directory.path().join(number.to_string());
        move || Cache::builder("model").directory(&place)
    });
}

#[cfg(all(feature = "redis-store", feature = "host"))]
#[test]
fn a_cache_on_a_server_behaves_as_its_model() {
    let Some(server) = support::server::Server::start() else {
        return println!("skipped: no Valkey or Redis server: `cargo xtask valkey` fetches one");
    };
    behaves_as_its_model(200, true, |number| {
        let (url, patience) = (server.url(), Duration::from_secs(10));
        move || Cache::builder(&number.to_string()).redis(&url).patience(patience)
    });
}
