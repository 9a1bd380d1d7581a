//! Functions on trial: every directory of `testdata/trial/WHAT` is a case.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::package::{OpenOptions, Package};
use headstart::trial::{self, Observed, TrialOptions};
use headstart::{Code, Error};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
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
    let below =
        |path: &PathBuf| path.strip_prefix(case.package.directory()).ok().map(|path| path.display().to_string());
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

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// What comparing the packages of a case came to, one line for each difference.
async fn verify(case: &Path) -> Result<(), String> {
    let expected: Value = serde_json::from_slice(&std::fs::read(case.join("case.json")).unwrap()).unwrap();
    let root = tempfile::tempdir().unwrap();
    let package = |name: &str| {
        copy(&case.join(name), &root.path().join(name));
        open(&root.path().join(name), expected["entry"].as_str().unwrap())
    };
    let mut options = TrialOptions::default();
    options.host = support::host(root.path()).output_limit(64 << 10);
    options.events = trial::read_events(&case.join("events.jsonl")).unwrap();
    options.timeout = Duration::from_secs(expected["timeout"].as_u64().unwrap_or(30));
    let mut steps = Vec::new();
    let compared = trial::verify(&package("a"), &package("b"), &options, |done, all| steps.push((done, all))).await;
    let comparison = match compared {
        Err(error) if expected["error"] == error.code().as_str() => return Ok(()),
        Err(error) => return Err(error.to_string()),
        Ok(comparison) => comparison,
    };
    let found = comparison.differences.iter().map(|it| serde_json::json!([it.event, it.worker, it.aspect, it.place]));
    let found = Value::Array(found.collect());
    let wrong = found != expected["differences"] || expected["same"] != comparison.is_same();
    assert!(steps.last().is_some_and(|(done, all)| done == all), "{steps:?}");
    if wrong { Err(format!("{:#?}", comparison.differences)) } else { Ok(()) }
}

async fn verify_all(language: &str, entry_file: &str) {
    if !support::has(language) {
        return;
    }
    let cases = support::cases(&support::testdata().join("trial/verify"));
    let mut wrong = Vec::new();
    for (name, case) in cases.iter().filter(|(_, case)| case.join("a").join(entry_file).exists()) {
        if let Err(complaint) = verify(case).await {
            wrong.push(format!("{name}: {complaint}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn python_packages_are_compared() {
    verify_all("python3", "app.py").await;
}

#[tokio::test]
async fn node_packages_are_compared() {
    verify_all("node", "index.js").await;
}
