//! Functions on trial: every directory of `testdata/trial/WHAT` is a case.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::package::{OpenOptions, Package};
use headstart::trial::{self, Observed, TrialOptions};
use headstart::{Code, Error};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// A case, its package opened.
struct Case {
    expected: Value,
    package: Package,
    options: TrialOptions,
    _state: tempfile::TempDir,
}

fn open(directory: &Path, entry: &str) -> Package {
    let mut options = OpenOptions::default();
    options.entry = Some(entry.to_owned());
    Package::open(directory, &options).unwrap()
}

fn case(name: &str) -> Case {
    let directory = support::testdata().join("trial").join(name);
    let expected: Value = serde_json::from_slice(&std::fs::read(directory.join("case.json")).unwrap()).unwrap();
    let package = open(&directory, expected["entry"].as_str().unwrap());
    let state = tempfile::tempdir().unwrap();
    let mut options = TrialOptions::default();
    options.host = support::host(state.path());
    options.events = trial::read_events(&directory.join("events")).unwrap_or_default();
    Case { expected, package, options, _state: state }
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

async fn observe(name: &str) {
    let case = case(name);
    let Observed { observation, failures, gaps, .. } = trial::observe(&case.package, &case.options).await.unwrap();
    assert!(gaps.is_empty(), "{gaps:?}");
    let below = |path: &std::path::PathBuf| {
        path.strip_prefix(case.package.directory()).ok().map(|path| path.display().to_string())
    };
    let seen: BTreeSet<_> = observation.paths().filter_map(below).collect();
    let missing: Vec<_> = texts(&case.expected["seen"]).into_iter().filter(|path| !seen.contains(path)).collect();
    assert!(missing.is_empty(), "{missing:?} of {seen:?}");
    assert!(texts(&case.expected["unseen"]).is_disjoint(&seen), "{seen:?}");
    let directories: BTreeSet<_> = observation.directories.iter().filter_map(below).collect();
    assert_eq!(directories, texts(&case.expected["directories"]));
    let failed: BTreeSet<_> = failures.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(failed, texts(&case.expected["failures"]), "{failures:?}");
}

#[tokio::test]
async fn python_is_observed() {
    if support::has("python3") {
        observe("observe/python").await;
    }
}

#[tokio::test]
async fn node_is_observed() {
    if support::has("node") {
        observe("observe/node").await;
    }
}

/// What observing one of the functions that are known to be bad comes to.
async fn observe_bad(name: &str, entry: &str) -> Result<Observed, Error> {
    let package = open(&support::testdata().join("functions").join(name), entry);
    let state = tempfile::tempdir().unwrap();
    let mut options = TrialOptions::default();
    options.host = support::host(state.path());
    options.events = vec![trial::Event { name: "one".into(), payload: b"{}".to_vec() }];
    options.init_timeout = Some(Duration::from_secs(2));
    options.timeout = Duration::from_secs(4);
    trial::observe(&package, &options).await
}

#[tokio::test]
async fn a_function_that_cannot_be_imported_is_told() {
    if !support::has("python3") || !support::has("node") {
        return;
    }
    for (name, entry, code) in [
        ("python/import_raises", "app.handler", Code::ImportFailed),
        ("python/import_exits", "app.handler", Code::WorkerExited),
        ("python/import_hangs", "app.handler", Code::WorkerInitTimedOut),
        ("python/missing_module", "app.handler", Code::EntryNotFound),
        ("node/import_raises", "index.handler", Code::ImportFailed),
        ("node/import_hangs", "index.handler", Code::WorkerInitTimedOut),
    ] {
        assert_eq!(observe_bad(name, entry).await.unwrap_err().code(), code, "{name}");
    }
}

#[tokio::test]
async fn an_event_that_fails_is_noted() {
    if !support::has("python3") || !support::has("node") {
        return;
    }
    for (name, entry, code) in [
        ("python/handler_raises", "app.handler", Code::FunctionRaised),
        ("python/exits", "app.handler", Code::WorkerExited),
        ("python/never_returns", "app.handler", Code::TimedOut),
        ("python/kills_itself", "app.handler", Code::WorkerExited),
        ("node/handler_raises", "index.handler", Code::FunctionRaised),
        ("node/infinite_loop", "index.handler", Code::TimedOut),
    ] {
        let observed = observe_bad(name, entry).await.unwrap();
        let codes: Vec<_> = observed.failures.iter().map(|(_, error)| error.code()).collect();
        assert_eq!(codes, [code], "{name}");
        let file = if name.starts_with("python") { "app.py" } else { "index.js" };
        assert!(observed.observation.modules.iter().any(|path| path.ends_with(file)), "{name}");
    }
}
