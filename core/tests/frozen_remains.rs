//! Frozen and thawed at random, killed at random, and dropped: every request is answered, and nothing stays behind. A
//! program of its own, since it counts what the whole process has.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::HostBuilder;
use headstart::{Code, Function, FunctionId, Host, Prewarm};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::remains::{cgroups, children, descriptors, settled};

const ROUNDS: u32 = 100;
const CALLERS: u32 = 3;
/// Until the kernel has taken apart what was killed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Descriptors, processes that this one started, and cgroups that it made.
fn count() -> [usize; 3] {
    [descriptors(), children().len(), cgroups()]
}

async fn calls(host: Arc<Host>, function: FunctionId, seed: u64) -> [u32; 2] {
    let mut random = support::Random(seed);
    let (mut replies, mut errors) = (0, 0);
    for _ in 0..ROUNDS {
        tokio::time::sleep(Duration::from_millis(random.below(25))).await;
        match host.invoke(&function, "{}", Duration::from_secs(20)).await {
            Ok(_) => replies += 1,
            // It was killed with the event in its hands.
            Err(error) if error.code() == Code::WorkerExited => errors += 1,
            Err(error) => panic!("{error}"),
        }
        // A request that is given up while an instance is thawed for it.
        if random.below(10) == 0 {
            let brief = host.invoke(&function, "{}", Duration::from_micros(random.below(3_000)));
            let _ = tokio::time::timeout(Duration::from_micros(random.below(1_000)), brief).await;
        }
    }
    [replies, errors]
}

/// Freezes and kills until it is told to end: what is frozen or idle, and what was a moment ago.
async fn disturb(host: Arc<Host>, function: FunctionId) {
    let mut random = support::Random(77);
    let mut seen = None;
    loop {
        tokio::time::sleep(Duration::from_millis(random.below(30))).await;
        if random.below(2) == 0 {
            // There may be no place, or the instance may be killed meanwhile.
            let _ = host.prewarm(&function, Prewarm::frozen(2)).await;
        }
        let report = host.report(&function).expect("a report");
        let now = report.frozen.iter().chain(&report.idle).next().map(|worker| worker.pid);
        if let Some(pid) = if random.below(2) == 0 { now } else { seen } {
            // It may have been ended meanwhile.
            let _ = headstart::sys::process::kill_group(pid);
        }
        seen = now;
    }
}

async fn run(change: fn(HostBuilder) -> HostBuilder) {
    let state = tempfile::tempdir().expect("a directory");
    let builder = support::host(state.path()).max_workers(4).freeze_after(Duration::from_millis(15));
    let host = Arc::new(change(builder).build().await.expect("a host"));
    let package = support::testdata().join("host/freezes");
    let function = Function::from_dir(package, "app.handler").runtime("python");
    let function = host.register(function).await.expect("registered");
    let disturbing = tokio::spawn(disturb(Arc::clone(&host), function.clone()));
    let total = support::total((1..=CALLERS).map(|seed| calls(Arc::clone(&host), function.clone(), seed.into()))).await;
    disturbing.abort();
    let _ = disturbing.await;
    assert_eq!(total[0] + total[1], ROUNDS * CALLERS);
    println!("{} replies, {} of a killed worker", total[0], total[1]);
    // One that spins, with children of which one has left its process group, is dropped frozen.
    let spins =
        host.invoke(&function, json!({"spin": true}).to_string(), Duration::from_secs(20)).await.expect("a reply");
    let begun = Instant::now();
    while !host.report(&function).expect("a report").frozen.iter().any(|worker| worker.pid == spins.pid()) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is frozen after having been idle");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_answered_and_nothing_stays_behind() {
    // What the process keeps once it has had a host: threads that reap, and their descriptors.
    run(|it| it).await;
    run(HostBuilder::freeze_by_signals).await;
    let before = settled(count, PATIENCE, |_| false).await;
    run(|it| it).await;
    run(HostBuilder::freeze_by_signals).await;
    let after = settled(count, PATIENCE, |found| *found == before).await;
    assert_eq!(after, before, "descriptors, processes, cgroups");
    assert_eq!(after[1..], [0, 0], "processes, cgroups");
}
