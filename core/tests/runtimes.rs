//! Runtimes as AWS publishes them, unmodified, as workers: `cargo xtask conformance runtime-api` sets them up.
#![cfg(feature = "runtime-api")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::adapters::runtime_api::RuntimeApi;
use headstart::host::Request;
use headstart::instance::Tier;
use headstart::snapshot::Criu;
use headstart::{Code, Deadline, Error, Function, FunctionId, Host, Prewarm, Reply};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::host;

const SOON: Duration = Duration::from_secs(20);
const EVENTS: u32 = 1_000;
/// One in so many events raises.
const RAISES: u32 = 10;

/// A runtime, and how it tells of errors.
struct Runtime {
    language: &'static str,
    entry: &'static str,
    raised: &'static str,
    /// What handling an event that asks for it raises.
    text: fn(&str) -> String,
}

const PYTHON: Runtime =
    Runtime { language: "python", entry: "app.handler", raised: "KeyError", text: |text| format!("'{text}'") };
const NODE: Runtime = Runtime { language: "node", entry: "index.handler", raised: "RangeError", text: str::to_owned };
const RUST: Runtime = Runtime { language: "rust", entry: "any", raised: "Refused", text: str::to_owned };

fn package(language: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(3).unwrap().join("conformance/runtime_api").join(language)
}

/// The function of a runtime; none where that could not be set up.
fn function(language: &str, entry: &str) -> Option<Function> {
    function_with(language, entry, RuntimeApi::new())
}

fn function_with(language: &str, entry: &str, api: RuntimeApi) -> Option<Function> {
    let package = package(language);
    if !package.is_dir() {
        println!("skipped: {language}: `cargo xtask conformance runtime-api` sets it up");
        return None;
    }
    let function = Function::from_dir(&package, entry).name("told").protocol(Arc::new(api));
    Some(match language {
        "python" => function.runtime("python"),
        "node" => {
            let program = std::fs::read_to_string(package.join("node")).ok()?;
            function.runtime("nodejs").interpreter(Path::new(program.trim()))
        }
        _ => function,
    })
}

async fn started(function: Function) -> (Host, FunctionId, tempfile::TempDir) {
    let state = tempfile::tempdir().unwrap();
    let host = host(state.path()).build().await.unwrap();
    let id = host.register(function).await.unwrap();
    (host, id, state)
}

fn value(reply: &Reply) -> Value {
    serde_json::from_slice(reply.payload()).unwrap()
}

fn kind(error: &Error) -> &str {
    error.exception().map_or("", |exception| &exception.type_name)
}

async fn serves(runtime: &Runtime) {
    let Some(function) = function(runtime.language, runtime.entry) else { return };
    let (host, id, _state) = started(function).await;
    let (mut times, begun) = (Vec::new(), Instant::now());
    for number in 0..EVENTS {
        let text = format!("no {number}");
        let raises = number % RAISES == RAISES - 1;
        let event = if raises { json!({"raise": text}) } else { json!({"number": number, "text": "ä €"}) };
        let context =
            json!({"request_id": format!("id-{number}"), "client_context": {"custom": {"n": number.to_string()}}});
        let request = Request::new(event.to_string()).context(context).deadline(Deadline::after(SOON));
        let begun = Instant::now();
        let answered = host.invoke_request(&id, request).await;
        times.push(begun.elapsed());
        if raises {
            let error = answered.unwrap_err();
            assert_eq!((error.code(), kind(&error)), (Code::FunctionRaised, runtime.raised), "{error}");
            assert_eq!(error.message(), (runtime.text)(&text));
            continue;
        }
        let told = value(&answered.unwrap());
        assert_eq!((&told["event"], &told["id"]), (&event, &json!(format!("id-{number}"))));
        assert_eq!(told["arn"], "arn:aws:lambda:us-east-1:000000000000:function:told");
        assert_eq!((&told["name"], &told["custom"]["n"]), (&json!("told"), &json!(number.to_string())));
        assert!((1_000..=20_000).contains(&told["left_ms"].as_u64().unwrap()), "{told}");
        assert!(told["trace"].as_str().is_some_and(|trace| trace.starts_with("Root=1-")), "{told}");
    }
    times.sort();
    let median = times[times.len() / 2];
    println!("{}: {EVENTS} events in {:?}, {median:?} in the median", runtime.language, begun.elapsed());
    assert_eq!(host.report(&id).unwrap().idle.len(), 1, "one worker served all");
}

async fn ends_at_the_deadline(runtime: &Runtime) {
    let Some(function) = function(runtime.language, runtime.entry) else { return };
    let (host, id, _state) = started(function).await;
    host.prewarm(&id, Prewarm::warm(1)).await.unwrap();
    let error = host.invoke(&id, r#"{"sleep": 30}"#, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(error.code(), Code::TimedOut);
    assert_eq!(host.invoke(&id, "{}", SOON).await.unwrap().tier(), Tier::Cold);
}

async fn freezes(runtime: &Runtime) {
    let Some(function) = function(runtime.language, runtime.entry) else { return };
    let (host, id, _state) = started(function).await;
    host.prewarm(&id, Prewarm::frozen(1)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let reply = host.invoke(&id, r#"{"number": 1}"#, SOON).await.unwrap();
    assert_eq!((reply.tier(), &value(&reply)["event"]["number"]), (Tier::Frozen, &json!(1)));
    host.prewarm(&id, Prewarm::stem(1)).await.unwrap();
    let again = host.invoke(&id, r#"{"number": 2}"#, SOON).await.unwrap();
    assert_eq!(again.tier(), Tier::Warm);
}

/// Several at once, each from the same snapshot, each with its own events.
async fn restores(runtime: &Runtime) {
    let api = RuntimeApi::new().snap_start();
    let Some(function) = function_with(runtime.language, runtime.entry, api) else { return };
    if let Err(error) = Criu::find() {
        println!("skipped: no snapshots on this machine: {error}");
        return;
    }
    let (host, id, _state) = started(function).await;
    let host = Arc::new(host);
    host.prewarm(&id, Prewarm::snapshot()).await.unwrap();
    let callers: Vec<_> = (0..4_u32)
        .map(|number| {
            let (host, id) = (Arc::clone(&host), id.clone());
            tokio::spawn(async move {
                let event = json!({"number": number, "sleep": 1});
                let reply = host.invoke(&id, event.to_string(), SOON).await.unwrap();
                assert_eq!((reply.tier(), &value(&reply)["event"]), (Tier::Snapshot, &event));
                reply
            })
        })
        .collect();
    let mut pids = HashSet::new();
    for caller in callers {
        let reply = caller.await.unwrap();
        pids.insert(reply.pid());
        if runtime.language == "python" {
            assert_eq!(value(&reply)["hooks"], json!(["before", "after"]));
        }
    }
    assert_eq!(pids.len(), 4, "four at once");
    for number in 0..100 {
        let reply = host.invoke(&id, json!({"number": number}).to_string(), SOON).await.unwrap();
        assert_eq!((reply.tier(), &value(&reply)["event"]["number"]), (Tier::Warm, &json!(number)));
    }
}

macro_rules! tests {
    ($($name:ident, $runtime:ident;)*) => { $(
        mod $name {
            use super::*;

            #[tokio::test]
            #[ignore = "cargo xtask conformance runtime-api"]
            async fn a_thousand_events_and_errors() {
                serves(&$runtime).await;
            }

            #[tokio::test]
            #[ignore = "cargo xtask conformance runtime-api"]
            async fn a_deadline_ends_it() {
                ends_at_the_deadline(&$runtime).await;
            }

            #[tokio::test]
            #[ignore = "cargo xtask conformance runtime-api"]
            async fn a_frozen_one_serves() {
                freezes(&$runtime).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "cargo xtask conformance runtime-api"]
            async fn restored_ones_serve() {
                restores(&$runtime).await;
            }
        }
    )* };
}

tests! {
    awslambdaric, PYTHON;
    aws_lambda_ric, NODE;
    lambda_runtime, RUST;
}

#[tokio::test]
#[ignore = "cargo xtask conformance runtime-api"]
async fn what_cannot_be_imported_is_said_by_the_runtime() {
    for (language, entry, kind_of) in [
        ("python", "missing.handler", "Runtime.ImportModuleError"),
        ("python", "app.nothing", "Runtime.HandlerNotFound"),
        ("python", "nothing.handler", "Runtime.ImportModuleError"),
        ("node", "nowhere.handler", "Runtime.ImportModuleError"),
        ("node", "index.nothing", "Runtime.HandlerNotFound"),
    ] {
        let Some(function) = function(language, entry) else { continue };
        let (host, id, _state) = started(function).await;
        let error = host.invoke(&id, "{}", SOON).await.unwrap_err();
        assert_eq!(kind(&error), kind_of, "{language} {entry}: {error}");
        let code = if kind_of.ends_with("HandlerNotFound") { Code::HandlerNotFound } else { Code::ImportFailed };
        assert_eq!(error.code(), code, "{language} {entry}");
    }
}

#[tokio::test]
#[ignore = "cargo xtask conformance runtime-api"]
async fn what_is_no_json_is_the_functions_error() {
    let Some(function) = function("python", "app.broken") else { return };
    let (host, id, _state) = started(function).await;
    let error = host.invoke(&id, "{}", SOON).await.unwrap_err();
    assert_eq!((error.code(), kind(&error)), (Code::FunctionRaised, "Runtime.MarshalError"));
}

#[tokio::test]
#[ignore = "cargo xtask conformance runtime-api"]
async fn what_rust_streams_is_put_together() {
    let Some(function) = function("rust", "any") else { return };
    let (host, id, _state) = started(function).await;
    for _ in 0..EVENTS / 10 {
        let reply = host.invoke(&id, r#"{"stream": true}"#, SOON).await.unwrap();
        // Before the function's own bytes the crate writes what an HTTP answer begins with.
        assert!(reply.payload().ends_with(b"{\"pieces\": 3}"), "{reply:?}");
    }
}

#[tokio::test]
#[ignore = "cargo xtask conformance runtime-api"]
async fn what_node_streams_is_put_together() {
    let Some(function) = function("node", "index.stream") else { return };
    let (host, id, _state) = started(function).await;
    for _ in 0..EVENTS / 10 {
        assert_eq!(value(&host.invoke(&id, "{}", SOON).await.unwrap()), json!({"pieces": 3}));
    }
    let error = host.invoke(&id, r#"{"break": true}"#, SOON).await.unwrap_err();
    assert_eq!((kind(&error), error.message()), ("RangeError", "half way"));
}
