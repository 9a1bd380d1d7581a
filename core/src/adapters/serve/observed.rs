//! What the host has for each function now, for the page and for metrics. Reading the memory of processes takes a while:
//! it is done on a thread that may wait, and once for all who ask within half a second.

use super::entry::{Entry, Source};
use super::fault::Fault;
use super::server::Shared;
use crate::cache;
use crate::config::environment;
use crate::error::Result;
use crate::host::{FunctionReport, WorkerReport};
use crate::snapshot::on_a_thread;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The version of the page's JSON.
const SCHEMA_VERSION: u32 = 1;
/// How long what was read is good for.
const FRESH: Duration = Duration::from_millis(500);

/// The last state that was read, and when.
pub(super) type Remembered = tokio::sync::Mutex<Option<(Instant, Arc<[u8]>)>>;

/// The state as JSON.
pub(super) async fn state(shared: &Arc<Shared>) -> Result<Arc<[u8]>, Fault> {
    let mut remembered = shared.remembered.lock().await;
    if let Some((read, text)) = &*remembered
        && read.elapsed() < FRESH
    {
        return Ok(Arc::clone(text));
    }
    let from = Arc::clone(shared);
    let text: Arc<[u8]> = on_a_thread(move || Ok(read(&from).to_string().into_bytes().into())).await?;
    *remembered = Some((Instant::now(), Arc::clone(&text)));
    Ok(text)
}

/// The metrics as text, what workers and the node's caches hold included.
pub(super) async fn metrics(shared: &Arc<Shared>) -> Result<String, Fault> {
    let shared = Arc::clone(shared);
    let encode = move || {
        shared.metrics.keep(|function| shared.registry.find(function).is_ok());
        let _reading = shared.metrics.holds_nothing();
        // A cache that cannot be read is no reason to be without all other figures.
        let caches = environment::cache_dir().and_then(|directory| cache::usage(&directory).ok());
        shared.metrics.caches(caches.unwrap_or_default());
        for entry in shared.registry.all() {
            let reports: Vec<_> = reports(&shared, &entry).into_iter().map(|(_, report)| report).collect();
            tell(&shared, &entry.name, &reports);
        }
        Ok(shared.metrics.encode(shared.events.waiting()))
    };
    Ok(on_a_thread(encode).await?)
}

/// The groups of a function's workers, by the state that they are in.
fn groups(report: &FunctionReport) -> [(&'static str, Vec<&WorkerReport>); 5] {
    let zygotes = report.zygote.iter().chain(&report.spare).collect();
    [
        ("busy", report.busy.iter().collect()),
        ("idle", report.idle.iter().collect()),
        ("frozen", report.frozen.iter().collect()),
        ("stem", report.stems.iter().collect()),
        ("zygote", zygotes),
    ]
}

fn tell(shared: &Shared, function: &str, reports: &[FunctionReport]) {
    let mut workers: Vec<(&'static str, usize)> = Vec::new();
    let mut memory = [("rss", 0), ("pss", 0), ("private", 0), ("swap", 0)];
    for (state, group) in reports.iter().flat_map(groups) {
        match workers.iter_mut().find(|(own, _)| *own == state) {
            Some((_, count)) => *count += group.len(),
            None => workers.push((state, group.len())),
        }
        for held in group.iter().filter_map(|worker| worker.memory) {
            for ((_, total), bytes) in memory.iter_mut().zip([held.rss, held.pss, held.private, held.swap]) {
                *total += bytes;
            }
        }
    }
    shared.metrics.holds(function, &workers, &memory);
}

/// What the host has for the versions that it knows.
fn reports(shared: &Shared, entry: &Entry) -> Vec<(String, FunctionReport)> {
    let state = entry.state();
    let known = state.lives.iter().filter_map(|(which, live)| Some((which.to_string(), live.known()?)));
    known.filter_map(|(which, id)| Some((which, shared.registry.host.report(id).ok()?))).collect()
}

fn read(shared: &Shared) -> Value {
    let functions: Vec<Value> = shared.registry.all().iter().map(|entry| function(shared, entry)).collect();
    let limits = &shared.registry.limits;
    json!({
        "schema_version": SCHEMA_VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_us": u64::try_from(shared.begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        "stopping": shared.is_stopping(),
        "concurrency": {"most": limits.most(), "unreserved": limits.unreserved()},
        "events_waiting": shared.events.waiting(),
        "functions": functions,
    })
}

fn function(shared: &Shared, entry: &Entry) -> Value {
    let record = &entry.state().record;
    let versions: Vec<Value> = reports(shared, entry).iter().map(|(which, report)| version(which, report)).collect();
    let latency = shared.metrics.quantiles(&entry.name);
    json!({
        "name": entry.name,
        "runtime": record.latest.runtime,
        "from_directory": matches!(entry.source, Source::Directory(_)),
        "published": record.published.len(),
        "aliases": record.aliases.keys().collect::<Vec<_>>(),
        "reserved": record.reserved,
        "latency_us": latency.map(|[p50, p90, p99]| json!({"p50": p50, "p90": p90, "p99": p99})),
        "versions": versions,
    })
}

fn version(which: &str, report: &FunctionReport) -> Value {
    let workers = groups(report).into_iter().flat_map(|(state, group)| {
        group
            .into_iter()
            .map(move |worker| json!({"pid": worker.pid, "state": state, "tier": worker.tier, "memory": worker.memory}))
    });
    json!({
        "version": which,
        "in_flight": report.in_flight,
        "workers": workers.collect::<Vec<_>>(),
        "tiers": report.tiers,
        "hold": report.hold,
        "snapshot": report.snapshot.as_ref().map(|it| json!({"bytes": it.bytes, "restores": it.restores})),
    })
}
