//! Snapshots of workers that speak the AWS Lambda Runtime API: restored many times, refused, failing.
#![cfg(feature = "runtime-api")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::adapters::runtime_api::RuntimeApi;
use headstart::instance::{Command, Tier};
use headstart::snapshot::{Criu, Version};
use headstart::{Code, Error, Function, FunctionId, Host, Prewarm, Reply};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use support::{has, host, testdata};

const SOON: Duration = Duration::from_secs(20);

/// Kernels since 6.16 take at least this one.
const KNOWS_SOCKETS: Version = Version(4, 2, 0);

/// Whether a snapshot can be taken here of what has a socket; says so where it cannot.
fn can() -> bool {
    let found = Criu::find().map_err(|error| error.to_string());
    let new_enough = found.and_then(|criu| match criu.version() {
        version if version < KNOWS_SOCKETS => Err(format!("CRIU is {version}")),
        _ => Ok(()),
    });
    new_enough.inspect_err(|error| println!("skipped: no snapshots of sockets on this machine: {error}")).is_ok()
        && has("python3")
}

async fn host_with(state: &Path, part: &str, api: RuntimeApi) -> (Arc<Host>, FunctionId) {
    let host = host(state).max_workers(16).hook_timeout(Duration::from_secs(5)).build().await.unwrap();
    let arguments = vec!["runtime.py".to_owned(), part.to_owned()];
    let function = Function::from_dir(testdata().join("runtime_api"), "app.handler")
        .runtime("python")
        .protocol(Arc::new(api.snap_start().command(Command { program: None, arguments })));
    let function = host.register(function).await.unwrap();
    (Arc::new(host), function)
}

struct Setting {
    host: Arc<Host>,
    function: FunctionId,
    _state: tempfile::TempDir,
}

async fn setting(part: &str) -> Setting {
    let state = tempfile::tempdir().unwrap();
    let (host, function) = host_with(state.path(), part, RuntimeApi::new()).await;
    Setting { host, function, _state: state }
}

impl Setting {
    async fn snapshot(&self) -> Result<(), Error> {
        self.host.prewarm(&self.function, Prewarm::snapshot()).await
    }

    async fn invoke(&self, event: Value) -> Result<Reply, Error> {
        self.host.invoke(&self.function, event.to_string(), SOON).await
    }
}

fn value(reply: &Reply) -> Value {
    serde_json::from_slice(reply.payload()).unwrap()
}

/// Eight instances at once, each of which handles several events; what they answered first.
async fn eight_at_once(setting: &Setting) -> Vec<Value> {
    let callers = (0..8).map(|number| {
        let (host, function) = (Arc::clone(&setting.host), setting.function.clone());
        tokio::spawn(async move {
            let event = json!({"number": number, "seconds": 0.3});
            host.invoke(&function, event.to_string(), SOON).await.unwrap()
        })
    });
    let mut answers = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        answers.push(caller.await.unwrap());
    }
    let restored = answers.iter().filter(|reply| reply.tier() == Tier::Snapshot);
    let processes: HashSet<_> = answers.iter().map(Reply::pid).collect();
    assert_eq!(restored.count(), processes.len(), "each was restored");
    assert!(processes.len() > 1, "{processes:?}");
    for number in 0..24 {
        let reply = setting.invoke(json!({"number": number})).await.unwrap();
        assert_eq!(reply.tier(), Tier::Warm);
    }
    answers.iter().map(value).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_restored_from_one_and_go_on_with_what_they_asked() {
    if !can() {
        return;
    }
    let setting = setting("kept_connection").await;
    setting.snapshot().await.unwrap();
    assert!(setting.host.report(&setting.function).unwrap().idle.is_empty());
    let answers = eight_at_once(&setting).await;
    assert!(answers.iter().all(|answer| answer["hooks"] == json!(["before", "after"])), "{answers:?}");
    let numbers: HashSet<_> = answers.iter().map(|answer| answer["event"]["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), 8, "each has its own event");
    let reply = setting.invoke(json!({"number": 7})).await.unwrap();
    assert_eq!(reply.output().stdout, b"event 7\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_connections_lead_to_the_host_too() {
    if !can() {
        return;
    }
    let hooked = setting("snap_start").await;
    hooked.snapshot().await.unwrap();
    let answers = eight_at_once(&hooked).await;
    assert!(answers.iter().all(|answer| *answer == json!(["snap-start", "before", "after"])), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_knows_no_hooks_waits_for_its_event() {
    if !can() {
        return;
    }
    let setting = setting("echo").await;
    setting.snapshot().await.unwrap();
    let reply = setting.invoke(json!({"a": 1})).await.unwrap();
    assert_eq!((reply.tier(), &value(&reply)["event"]), (Tier::Snapshot, &json!({"a": 1})));
    let error = setting.invoke(json!({"exit": 3})).await.unwrap_err();
    assert_eq!(error.code(), Code::WorkerExited);
    assert_eq!(setting.invoke(json!({})).await.unwrap().tier(), Tier::Snapshot);
}

#[tokio::test]
async fn another_host_uses_it_unless_its_workers_are_told_something_else() {
    if !can() {
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let mut taken = Vec::new();
    for region in ["eu-central-1", "eu-central-1", "us-west-2"] {
        let (host, function) = host_with(state.path(), "kept_connection", RuntimeApi::new().region(region)).await;
        host.prewarm(&function, Prewarm::snapshot()).await.unwrap();
        let reply = host.invoke(&function, "{}", SOON).await.unwrap();
        assert_eq!(reply.tier(), Tier::Snapshot);
        taken.push(value(&reply)["address"].clone());
        host.stop(Duration::from_secs(2)).await;
    }
    assert!(taken[0] == taken[1] && taken[1] != taken[2], "{taken:?}");
}

#[tokio::test]
async fn functions_of_one_package_have_a_snapshot_each() {
    if !can() {
        return;
    }
    let setting = setting("kept_connection").await;
    setting.snapshot().await.unwrap();
    let command = Command { program: None, arguments: vec!["runtime.py".into(), "kept_connection".into()] };
    let other = Function::from_dir(testdata().join("runtime_api"), "app.handler")
        .name("other")
        .runtime("python")
        .protocol(Arc::new(RuntimeApi::new().snap_start().command(command)));
    let other = setting.host.register(other).await.unwrap();
    setting.host.prewarm(&other, Prewarm::snapshot()).await.unwrap();
    for (function, name) in [(&setting.function, "runtime_api"), (&other, "other")] {
        let reply = setting.host.invoke(function, "{}", SOON).await.unwrap();
        assert_eq!((reply.tier(), &value(&reply)["name"]), (Tier::Snapshot, &json!(name)));
    }
}

#[tokio::test]
async fn a_process_that_a_restored_one_starts_may_answer() {
    if !can() {
        return;
    }
    let setting = setting("kept_connection").await;
    setting.snapshot().await.unwrap();
    let reply = setting.invoke(json!({"child": true})).await.unwrap();
    assert_eq!((reply.tier(), value(&reply)), (Tier::Snapshot, json!("from a child")));
    assert_eq!(value(&setting.invoke(json!({"number": 2})).await.unwrap())["event"]["number"], 2);
}

#[tokio::test]
async fn where_the_address_is_taken_instances_start_cold() {
    if !can() {
        return;
    }
    let setting = setting("kept_connection").await;
    setting.snapshot().await.unwrap();
    let first = setting.invoke(json!({})).await.unwrap();
    let address = value(&first)["address"].as_str().unwrap().to_owned();
    setting.host.retire(&setting.function).unwrap();
    // The reception closes with the last of its guests.
    let taken = loop {
        match std::net::TcpListener::bind(&address) {
            Ok(listener) => break listener,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    assert_eq!(setting.invoke(json!({})).await.unwrap().tier(), Tier::Cold);
    setting.host.retire(&setting.function).unwrap();
    drop(taken);
    assert_eq!(setting.invoke(json!({})).await.unwrap().tier(), Tier::Snapshot);
}

#[tokio::test]
async fn a_hook_that_fails_after_a_restore_leaves_the_event_to_the_next_tier() {
    if !can() {
        return;
    }
    let setting = setting("fails_once_restored").await;
    setting.snapshot().await.unwrap();
    let reply = setting.invoke(json!({})).await.unwrap();
    assert_eq!((reply.tier(), value(&reply)), (Tier::Cold, json!("served")));
}

#[tokio::test]
async fn what_cannot_be_restored_is_named() {
    if !can() {
        return;
    }
    let refused = setting("connected").await.snapshot().await.unwrap_err();
    assert_eq!(refused.code(), Code::SnapshotRefused);
    assert!(refused.to_string().contains("tcp at 127.0.0.1:"), "{refused}");
    let refused = setting("extension").await.snapshot().await.unwrap_err();
    assert_eq!(refused.code(), Code::SnapshotRefused);
    assert!(refused.to_string().contains("extension"), "{refused}");
}
