//! Snapshots: taken, restored many times, refused, damaged, and with whatever else can go wrong.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::HostBuilder;
use headstart::snapshot::Criu;
use headstart::{Code, Deadline, Error, Function, FunctionId, Host, Prewarm};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(20);

struct Setting {
    host: Arc<Host>,
    function: FunctionId,
    state: TempDir,
}

/// Whether snapshots can be taken here; says so where they cannot.
fn can() -> bool {
    Criu::find().inspect_err(|error| println!("skipped: no snapshots on this machine: {error}")).is_ok()
}

fn package() -> PathBuf {
    support::testdata().join("host/snapshots")
}

fn python() -> Function {
    Function::from_dir(package(), "app.handler").runtime("python")
}

fn node() -> Function {
    Function::from_dir(package(), "index.handler").runtime("nodejs")
}

async fn setting_with(function: Function, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Setting {
    let state = tempfile::tempdir().expect("a directory");
    let builder = support::host(state.path()).max_workers(16).hook_timeout(Duration::from_secs(5));
    let host = change(builder).build().await.expect("a host");
    let function = host.register(function).await.expect("registered");
    Setting { host: Arc::new(host), function, state }
}

async fn setting_of(function: Function) -> Setting {
    setting_with(function, |it| it).await
}

impl Setting {
    async fn call(&self, event: Value) -> Result<(String, Value), Error> {
        let reply = self.host.invoke(&self.function, event.to_string(), Deadline::after(SOON)).await?;
        let tier = reply.tier().name().to_owned();
        Ok((tier, serde_json::from_slice(reply.payload()).expect("JSON")))
    }

    async fn snapshot(&self) -> Result<(), Error> {
        self.host.prewarm(&self.function, Prewarm::snapshot()).await
    }

    /// A reply of a new instance.
    async fn restored(&self) -> Value {
        self.host.retire(&self.function).expect("retired");
        let (tier, reply) = self.call(json!({})).await.expect("a reply");
        assert_eq!(tier, "snapshot");
        reply
    }
}

/// Names and values of what must be another each time.
fn check_randomness(replies: &[Value]) {
    let first = replies[0]["randomness"].as_object().expect("an object");
    for name in first.keys() {
        let values: HashSet<_> = replies.iter().map(|reply| reply["randomness"][name].to_string()).collect();
        assert_eq!(values.len(), replies.len(), "{name}: {values:?}");
    }
}

fn check_hooks(reply: &Value) {
    let expected =
        ["prewarm_1", "prewarm_2", "before_snapshot_2", "before_snapshot_1", "after_restore_1", "after_restore_2"];
    assert_eq!(reply["told"], json!(expected));
    assert!(reply["late_ns"].as_u64().is_some_and(|late| late < 5_000_000_000), "{reply}");
}

async fn restores_differ(function: Function) -> Vec<Value> {
    let setting = setting_of(function).await;
    setting.snapshot().await.expect("a snapshot");
    let mut replies = Vec::new();
    for _ in 0..4 {
        let reply = setting.restored().await;
        check_hooks(&reply);
        assert_eq!(reply["count"], 1);
        replies.push(reply);
    }
    check_randomness(&replies);
    let epochs: Vec<_> = replies.iter().map(|reply| reply["epoch"].as_u64().expect("a number")).collect();
    assert!(epochs.is_sorted_by(|one, next| 0 < *one && one < next), "{epochs:?}");
    let (tier, again) = setting.call(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), &again["count"]), ("warm", &json!(2)));
    replies
}

#[tokio::test]
async fn python_is_restored_as_another_each_time() {
    if !can() {
        return;
    }
    let replies = restores_differ(python()).await;
    for reply in replies {
        assert_eq!(reply["pid"], reply["self"]);
        assert_eq!(reply["native_id"], json!([reply["pid"], reply["pid"]]));
        // Itself and the first of its namespace.
        assert_eq!(reply["processes"], json!([1, reply["pid"]]));
    }
}

#[tokio::test]
async fn node_is_restored_as_another_each_time() {
    if can() && support::has("node") {
        restores_differ(node()).await;
    }
}
