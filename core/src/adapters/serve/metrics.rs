//! What is counted and measured, for Prometheus.

use super::fault::Fault;
use super::limits::{RESERVED, UNRESERVED};
use crate::cache::Usage;
use crate::error::{Code, Error};
use crate::host::Reply;
use crate::instance::Tier;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The code of an invocation that succeeded.
const FINE: &str = "ok";
/// How many of a function's last requests its quantiles are of.
const REMEMBERED: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFunction {
    function: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTier {
    function: String,
    tier: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCode {
    function: String,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfReason {
    function: String,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOperation {
    operation: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWorkers {
    function: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfMemory {
    function: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCache {
    cache: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCacheCount {
    cache: String,
    kind: &'static str,
}

type Timed<L> = Family<L, Histogram, fn() -> Histogram>;

/// A server's figures.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    starts: Family<OfTier, Counter>,
    init: Timed<OfTier>,
    run: Timed<OfFunction>,
    outcomes: Family<OfCode, Counter>,
    throttles: Family<OfReason, Counter>,
    lost: Family<OfFunction, Counter>,
    requests: Family<OfOperation, Counter>,
    workers: Family<OfWorkers, Gauge>,
    memory: Family<OfMemory, Gauge>,
    cached: Family<OfCache, Gauge>,
    cached_bytes: Family<OfCache, Gauge>,
    cache_counts: Family<OfCacheCount, Counter>,
    waiting: Gauge,
    /// Held by who reads them: what is held is told anew each time.
    reading: Mutex<()>,
    /// How long the last requests of each function took, in microseconds.
    recent: Mutex<BTreeMap<String, VecDeque<u64>>>,
}

/// How many workers a function has in a state.
pub(super) type Workers = [(&'static str, usize)];
/// How much memory they hold, by kind.
pub(super) type Held = [(&'static str, u64)];

fn histogram() -> Histogram {
    // From half a millisecond to a quarter of an hour.
    Histogram::new(exponential_buckets(0.0005, 2.0, 21))
}

impl Default for Metrics {
    fn default() -> Self {
        let timed = || histogram as fn() -> Histogram;
        let mut metrics = Self {
            registry: Registry::with_prefix("headstart"),
            starts: Family::default(),
            init: Family::new_with_constructor(timed()),
            run: Family::new_with_constructor(timed()),
            outcomes: Family::default(),
            throttles: Family::default(),
            lost: Family::default(),
            requests: Family::default(),
            workers: Family::default(),
            memory: Family::default(),
            cached: Family::default(),
            cached_bytes: Family::default(),
            cache_counts: Family::default(),
            waiting: Gauge::default(),
            reading: Mutex::default(),
            recent: Mutex::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let to = &mut self.registry;
        to.register("starts", "Requests by the tier that gave them an instance", self.starts.clone());
        let help = "From a request to a ready instance, where there was none";
        to.register_with_unit("init", help, Unit::Seconds, self.init.clone());
        to.register_with_unit("invoke", "From an event to its reply", Unit::Seconds, self.run.clone());
        to.register("invocations", "Invocations by what came of them", self.outcomes.clone());
        to.register("throttles", "Requests that were turned away", self.throttles.clone());
        to.register("events_lost", "Events that were given up", self.lost.clone());
        to.register("requests", "Requests of the API by operation and status", self.requests.clone());
        to.register("workers", "Processes of a function by state", self.workers.clone());
        to.register_with_unit("memory", "Memory of a function's processes", Unit::Bytes, self.memory.clone());
        to.register("cache_entries", "Entries in the node's caches, expired ones too", self.cached.clone());
        to.register_with_unit("cache", "Size of the node's caches", Unit::Bytes, self.cached_bytes.clone());
        let help = "What was done with the node's caches, by all who use them";
        to.register("cache_operations", help, self.cache_counts.clone());
        to.register("events_waiting", "Events that have not come to an end", self.waiting.clone());
    }

    /// An invocation that was handed to the host.
    pub(super) fn invoked(&self, function: &str, outcome: &Result<Reply, Error>, ran: Duration) {
        let function = function.to_owned();
        let code = outcome.as_ref().map_or_else(|error| error.code().as_str(), |_| FINE);
        self.outcomes.get_or_create(&OfCode { function: function.clone(), code }).inc();
        if let Ok(reply) = outcome {
            let (tier, times) = (reply.tier(), reply.timings());
            let of_tier = OfTier { function: function.clone(), tier: tier.name() };
            self.starts.get_or_create(&of_tier).inc();
            if tier != Tier::Warm {
                self.init.get_or_create(&of_tier).observe(seconds(times.ready_us));
            }
            self.run.get_or_create(&OfFunction { function: function.clone() }).observe(seconds(times.invoke_us));
        }
        self.remember(function, ran);
    }

    fn recent(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<u64>>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a function that has figures.
    fn note(&self, function: &str) {
        self.recent().entry(function.to_owned()).or_default();
    }

    fn remember(&self, function: String, ran: Duration) {
        let mut recent = self.recent();
        let times = recent.entry(function).or_default();
        if times.len() == REMEMBERED {
            times.pop_front();
        }
        times.push_back(u64::try_from(ran.as_micros()).unwrap_or(u64::MAX));
    }

    /// The median, the 90th and the 99th percentile of a function's last requests, in microseconds.
    pub(super) fn quantiles(&self, function: &str) -> Option<[u64; 3]> {
        let mut times: Vec<u64> = self.recent().get(function)?.iter().copied().collect();
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        Some([50, 90, 99].map(|percent| times[last * percent / 100]))
    }

    /// A fault, as far as it is a throttle.
    pub(super) fn throttled(&self, function: &str, fault: &Fault) {
        if let Some(reason) = fault.reason() {
            self.note(function);
            self.throttles.get_or_create(&OfReason { function: function.to_owned(), reason }).inc();
        }
    }

    pub(super) fn lost(&self, function: &str) {
        self.note(function);
        self.lost.get_or_create(&OfFunction { function: function.to_owned() }).inc();
    }

    /// A request that was answered.
    pub(super) fn answered(&self, operation: &str, status: u16) {
        self.requests.get_or_create(&OfOperation { operation: operation.to_owned(), status }).inc();
    }

    /// How many workers a function has, and what they hold.
    pub(super) fn holds(&self, function: &str, workers: &Workers, memory: &Held) {
        for (state, count) in workers {
            let of = OfWorkers { function: function.to_owned(), state };
            self.workers.get_or_create(&of).set(whole(*count as u64));
        }
        for (kind, bytes) in memory {
            let of = OfMemory { function: function.to_owned(), kind };
            self.memory.get_or_create(&of).set(whole(*bytes));
        }
    }

    /// What the node's caches hold: those of all versions of a name together.
    pub(super) fn caches(&self, found: Vec<Usage>) {
        for Usage { name, statistics, .. } in found {
            for (kind, count) in statistics.counts() {
                self.cache_counts.get_or_create(&OfCacheCount { cache: name.clone(), kind }).inc_by(count);
            }
            let of = OfCache { cache: name };
            self.cached.get_or_create(&of).inc_by(whole(statistics.entries));
            self.cached_bytes.get_or_create(&of).inc_by(whole(statistics.bytes));
        }
    }

    /// Forgets what is held, to be told anew before anybody else reads.
    pub(super) fn holds_nothing(&self) -> MutexGuard<'_, ()> {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        self.workers.clear();
        self.memory.clear();
        self.cached.clear();
        self.cached_bytes.clear();
        self.cache_counts.clear();
        reading
    }

    /// Forgets the functions that there are no more, so that those who make and delete them do not fill the memory.
    pub(super) fn keep(&self, is_there: impl Fn(&str) -> bool) {
        let gone: Vec<String> = self.recent().keys().filter(|function| !is_there(function)).cloned().collect();
        for function in gone {
            self.forget(&function);
        }
    }

    fn forget(&self, function: &str) {
        self.recent().remove(function);
        let of = OfFunction { function: function.to_owned() };
        self.run.remove(&of);
        self.lost.remove(&of);
        for tier in Tier::ALL {
            let of = OfTier { function: function.to_owned(), tier: tier.name() };
            self.starts.remove(&of);
            self.init.remove(&of);
        }
        for code in Code::ALL.iter().map(|code| code.as_str()).chain([FINE]) {
            self.outcomes.remove(&OfCode { function: function.to_owned(), code });
        }
        for reason in [RESERVED, UNRESERVED] {
            self.throttles.remove(&OfReason { function: function.to_owned(), reason });
        }
    }

    /// All of it as text.
    pub(super) fn encode(&self, events_waiting: usize) -> String {
        self.waiting.set(whole(events_waiting as u64));
        let mut text = String::new();
        // Writing to memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of requests are far below 2^53")]
fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Statistics;

    #[test]
    fn what_is_gone_is_forgotten() {
        let metrics = Metrics::default();
        let refused = Err(Error::new(Code::FunctionRaised, "invoke", "no"));
        for function in ["kept", "gone"] {
            metrics.invoked(function, &refused, Duration::from_millis(2));
            metrics.throttled(function, &Fault::throttled(RESERVED));
            metrics.lost(function);
            metrics.holds(function, &[("idle", 1)], &[("pss", 5)]);
        }
        drop(metrics.holds_nothing());
        metrics.keep(|function| function == "kept");
        let text = metrics.encode(0);
        assert!(!text.contains("gone"), "{text}");
        assert!(text.contains("headstart_invocations_total{function=\"kept\",code=\"function.raised\"} 1"), "{text}");
        assert_eq!((metrics.quantiles("kept"), metrics.quantiles("gone")), (Some([2000; 3]), None));
    }

    #[test]
    fn one_that_was_only_turned_away_has_no_quantiles() {
        let metrics = Metrics::default();
        metrics.throttled("f", &Fault::throttled(UNRESERVED));
        assert_eq!(metrics.quantiles("f"), None);
    }

    #[test]
    fn caches_of_all_versions_are_added_up() {
        let metrics = Metrics::default();
        let usage = |namespace: &str, entries| {
            let statistics = Statistics { entries, bytes: 10, misses: 7, ..Statistics::default() };
            Usage { name: "f".into(), namespace: namespace.into(), statistics }
        };
        for _ in 0..2 {
            drop(metrics.holds_nothing());
            metrics.caches(vec![usage("a", 1), usage("b", 2)]);
        }
        let text = metrics.encode(0);
        assert!(text.contains("headstart_cache_entries{cache=\"f\"} 3\n"), "{text}");
        assert!(text.contains("headstart_cache_bytes{cache=\"f\"} 20\n"), "{text}");
        assert!(text.contains("headstart_cache_operations_total{cache=\"f\",kind=\"misses\"} 14\n"), "{text}");
    }
}
