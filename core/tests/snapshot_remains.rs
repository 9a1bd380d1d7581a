//! Restored, killed at random, and dropped, the host itself killed too: every request is answered, and nothing stays
//! behind. A program of its own, since it counts what the whole process has.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::snapshot::Criu;
use headstart::{Code, Function, FunctionId, Host, Prewarm};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::remains::{children, descriptors, in_memory, settled};

const ROUNDS: u32 = 25;
const CALLERS: u32 = 2;
const PATIENCE: Duration = Duration::from_secs(10);

/// Descriptors, and processes that this one started.
fn count() -> [usize; 2] {
    [descriptors(), children().len()]
}

/// What the kernel says of a process.
fn told(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().filter(|line| ["Name", "State", "NSpid"].iter().any(|it| line.starts_with(it))).collect()
}

async fn host(state: &Path) -> (Arc<Host>, FunctionId) {
    let host = support::host(state).max_workers(4).build().await.expect("a host");
    let package = support::testdata().join("host/snapshots");
    let function =
        host.register(Function::from_dir(package, "app.handler").runtime("python")).await.expect("registered");
    host.prewarm(&function, Prewarm::snapshot()).await.expect("a snapshot");
    (Arc::new(host), function)
}

async fn calls(host: Arc<Host>, function: FunctionId, seed: u64) -> [u32; 2] {
    let mut random = support::Random(seed);
    let (mut replies, mut errors) = (0, 0);
    for _ in 0..ROUNDS {
        match host.invoke(&function, "{}", Duration::from_secs(20)).await {
            Ok(_) => replies += 1,
            // It was killed with the event in its hands.
            Err(error) if error.code() == Code::WorkerExited => errors += 1,
            Err(error) => panic!("{error}"),
        }
        host.retire(&function).expect("retired");
        if random.below(4) == 0 {
            // It is given up when CRIU was killed three times in a row; this look at it may be killed too.
            let _ = host.prewarm(&function, Prewarm::snapshot()).await;
        }
        // A request that is given up while an instance is restored for it.
        if random.below(3) == 0 {
            let brief = host.invoke(&function, "{}", Duration::from_millis(random.below(80) + 1));
            let _ = tokio::time::timeout(Duration::from_millis(random.below(80)), brief).await;
        }
    }
    [replies, errors]
}

/// Kills any child of this process: CRIU, a restored process, the first of a cell.
async fn disturb() {
    let mut random = support::Random(77);
    loop {
        tokio::time::sleep(Duration::from_millis(random.below(60))).await;
        let children = children();
        let chosen = children.get(usize::try_from(random.below(8)).expect("small"));
        if let Some(watched) = chosen.and_then(|child| headstart::sys::process::watch(*child).ok()) {
            // It may have ended meanwhile.
            let _ = headstart::sys::process::kill_watched(&watched);
        }
    }
}

async fn run() {
    let state = tempfile::tempdir().expect("a directory");
    let (host, function) = host(state.path()).await;
    let disturbing = tokio::spawn(disturb());
    let total = support::total((1..=CALLERS).map(|seed| calls(Arc::clone(&host), function.clone(), seed.into()))).await;
    disturbing.abort();
    let _ = disturbing.await;
    assert_eq!(total[0] + total[1], ROUNDS * CALLERS);
    println!("{} replies, {} of a killed worker", total[0], total[1]);
    // One that leaves an orphan is dropped.
    let last = host.invoke(&function, r#"{"orphan": true}"#, Duration::from_secs(20)).await;
    assert!(last.is_ok(), "{last:?}");
    drop(host);
    let left = std::fs::read_dir(state.path().join("snapshots")).expect("a directory").count();
    assert_eq!(left, 1, "the snapshot");
    let left = settled(in_memory, PATIENCE, |left| *left == 0).await;
    assert_eq!(left, 0, "what was being restored is left in memory");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_answered_and_nothing_stays_behind() {
    if Criu::find().is_err() {
        println!("skipped: no snapshots on this machine");
        return;
    }
    // What the process keeps once it has had a host: threads that reap, and their descriptors.
    run().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = count();
    run().await;
    let after = settled(count, PATIENCE, |found| *found == before).await;
    assert_eq!(after, before, "descriptors, processes");
    assert_eq!(after[1], 0, "processes: {:?}", children().into_iter().map(told).collect::<Vec<_>>());
    killed_with_its_host().await;
}

/// A host of its own, with a restored instance that works; killed by whoever started it.
#[tokio::test]
#[ignore = "started by the test above"]
async fn a_host_that_will_be_killed() {
    let state = tempfile::tempdir().expect("a directory");
    let (host, function) = host(state.path()).await;
    let reply = host.invoke(&function, "{}", Duration::from_secs(20)).await.expect("a reply");
    writeln!(std::io::stdout(), "\nrestored {} {}", reply.pid(), reply.tier()).expect("written");
    let _ = host.invoke(&function, r#"{"seconds": 60}"#, Duration::from_mins(1)).await;
}

async fn killed_with_its_host() {
    let mut host = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "a_host_that_will_be_killed", "--nocapture"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let output = BufReader::new(host.stdout.take().expect("a pipe"));
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with("restored ")).expect("its word");
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(words[2], "snapshot");
    let threads: Vec<_> = std::fs::read_dir(format!("/proc/{}/task", host.id())).expect("threads").flatten().collect();
    let texts = threads.iter().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let its: Vec<String> =
        texts.flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(its.len() == 2 && its.iter().any(|pid| pid == words[1]), "the instance and its cell: {its:?}");
    host.kill().expect("killed");
    host.wait().expect("reaped");
    let begun = Instant::now();
    let alive = |pid: &String| Path::new(&format!("/proc/{pid}/exe")).read_link().is_ok();
    while its.iter().any(alive) {
        assert!(begun.elapsed() < Duration::from_secs(3), "they live on: {its:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
