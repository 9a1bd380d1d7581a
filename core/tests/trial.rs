//! Functions on trial: every directory of `testdata/trial/WHAT` is a case.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::package::{OpenOptions, Package};
use headstart::trial::{self, ModuleProfile, Observed, Phase, ProfileOptions, TrialOptions};
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

/// Whether a module of a profile is as a case says: its parent, phase, failure, and ranges of what it took.
fn check_module(expected: &Value, module: &ModuleProfile, parent: Option<&str>) -> Result<(), String> {
    let is_within = |name: &str, value: u64| match expected[name].as_array() {
        Some(range) => range[0].as_u64().unwrap() <= value && value <= range[1].as_u64().unwrap(),
        None => true,
    };
    let phase = if expected["phase"] == "first" { Phase::First } else { Phase::Init };
    let is_as_expected = expected.get("parent").is_none_or(|expected| expected.as_str() == parent)
        && module.phase == phase
        && module.failed == (expected["failed"] == true)
        && is_within("self_us", module.self_us)
        && is_within("cumulative_us", module.cumulative_us);
    if is_as_expected { Ok(()) } else { Err(format!("{module:?} below {parent:?} is not {expected}")) }
}

async fn profile(name: &str, has_importers: bool) {
    let case = case(name);
    let mut options = ProfileOptions::default();
    options.trial = case.options;
    let profile = trial::profile(&case.package, &options, |_, _| {}).await.unwrap();
    for (name, expected) in case.expected["modules"].as_object().unwrap() {
        let found = profile.modules.iter().find(|module| module.name == *name);
        let module = found.unwrap_or_else(|| panic!("{name} is not in {:?}", profile.modules));
        let parent = module.parent.map(|parent| profile.modules[parent].name.as_str());
        let mut expected = expected.clone();
        if !has_importers {
            // What imports a CommonJS module is known by hooks on the same thread only, and sums are by that.
            expected.as_object_mut().unwrap().retain(|field, _| field != "parent" && field != "cumulative_us");
        }
        check_module(&expected, module, parent).unwrap();
    }
    assert!(profile.init_us > 100_000 && profile.plain_init_us > 100_000, "{profile:?}");
    assert!(profile.first_us.is_some() && profile.plain_first_us.is_some());
    check_speedscope(&trial::speedscope(&profile, name));
}

/// What speedscope demands of a file beyond its schema: events in order, and each closed that was opened.
fn check_speedscope(file: &Value) {
    let frames = file["shared"]["frames"].as_array().unwrap().len() as u64;
    for profile in file["profiles"].as_array().unwrap() {
        let (mut open, mut at) = (Vec::new(), 0);
        for event in profile["events"].as_array().unwrap() {
            let frame = event["frame"].as_u64().unwrap();
            assert!(frame < frames && event["at"].as_u64().unwrap() >= at, "{event}");
            at = event["at"].as_u64().unwrap();
            match event["type"].as_str().unwrap() {
                "O" => open.push(frame),
                _ => assert_eq!(open.pop(), Some(frame)),
            }
        }
        assert!(open.is_empty() && profile["endValue"] == at, "{profile}");
    }
}

#[tokio::test]
async fn python_is_profiled() {
    if support::has("python3") {
        profile("profile/python", true).await;
    }
}

#[tokio::test]
async fn node_is_profiled() {
    if support::has("node") {
        let version = std::process::Command::new("node").arg("--version").output().unwrap().stdout;
        let has_hooks = !version.starts_with(b"v20.");
        profile("profile/node", has_hooks).await;
    }
}

#[tokio::test]
async fn what_cannot_be_profiled_is_told() {
    if !support::has("python3") {
        return;
    }
    for (name, code) in [
        ("python/import_raises", Code::ImportFailed),
        ("python/import_hangs", Code::WorkerInitTimedOut),
        ("python/handler_raises", Code::FunctionRaised),
        ("python/missing_module", Code::EntryNotFound),
        ("python/missing_dependency", Code::ImportFailed),
        ("native/answers", Code::SystemUnsupported),
    ] {
        let mut options = OpenOptions::default();
        options.entry = Some("app.handler".to_owned());
        options.runtime = name.split('/').next().map(str::to_owned);
        let package = Package::open(&support::testdata().join("functions").join(name), &options).unwrap();
        let state = tempfile::tempdir().unwrap();
        let mut options = ProfileOptions::default();
        options.trial.host = support::host(state.path());
        options.trial.init_timeout = Some(Duration::from_secs(2));
        options.trial.events = vec![trial::Event { name: "one".into(), payload: b"{}".to_vec() }];
        let error = trial::profile(&package, &options, |_, _| {}).await.unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
    }
}
