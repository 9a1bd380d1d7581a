//! The commands that run a function to look into it: `trace --events`, `profile`, `verify`.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Output;
use support::{command, has, shown, snapshot, testdata};

fn packages() -> PathBuf {
    testdata("trial")
}

fn headstart(arguments: &[&str]) -> Output {
    command(env!("CARGO_BIN_EXE_headstart"), arguments, &packages(), "trial").output().expect("headstart runs")
}

fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&packages().display().to_string(), "[PACKAGES]");
    settings
}

#[test]
fn what_was_observed_is_traced() {
    if !has("python3") {
        return;
    }
    let why = ["trace", "observe/python", "--entry", "app.handler", "--why", "plugins/one.py"];
    snapshot!(headstart(&why), @r"
    exit code: 1
    --- stdout
    plugins/one.py is not reached
    --- stderr
    ");
    let why = [&why[..], &["--events", "observe/python/events"]].concat();
    snapshot!(headstart(&why), @r"
    exit code: 0
    --- stdout
    plugins/one.py  observed
    --- stderr
    warning: event all.jsonl:10: failed to invoke python: ValueError: data/fail.txt
    warning: event all.jsonl:11: failed to invoke python: its process ended with exit code 3 (phase: invoke)
    ");
}

#[test]
fn events_that_are_none_are_told() {
    snapshot!(headstart(&["trace", "observe/python", "--entry", "app.handler", "--events", "observe/python/plugins"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to read the events: it has no events (path: observe/python/plugins) [config.invalid]
    ");
}

fn verify(case: &str, more: &[&str]) -> Output {
    let path = |name: &str| format!("verify/{case}/{name}");
    let events = path("events.jsonl");
    let arguments = ["verify", &path("a"), &path("b"), "--entry", "app.handler", "--events", &events];
    headstart(&[&arguments[..], more].concat())
}

#[test]
fn packages_that_do_the_same_are_the_same() {
    if !has("python3") {
        return;
    }
    snapshot!(verify("noise", &[]), @r"
    exit code: 0
    --- stdout
    events.jsonl:1: result, stdout, stderr, files differ from run to run and are compared in part
    events.jsonl:2: result, stdout, stderr, files differ from run to run and are compared in part
    the same on 2 events
    --- stderr
    ");
    snapshot!(verify("exception_elsewhere", &[]), @r#"
    exit code: 0
    --- stdout
    events.jsonl:1: trace differs, which does not count
      - File "[package]/app.py", line 2, in handler
      - File "[package]/app.py", line 6, in helper
      + File "[package]/app.py", line 5, in handler
      + File "[package]/app.py", line 9, in helper
    the same on 1 event
    --- stderr
    "#);
}

#[test]
fn differences_are_told_with_both_sides() {
    if !has("python3") {
        return;
    }
    snapshot!(verify("result", &[]), @r"
    exit code: 1
    --- stdout
    events.jsonl:2: result at /sum/1 differs
      - 1
      + 2
    events.jsonl:2, after the events before it: result at /sum/1 differs
      - 1
      + 2
    different on 1 of 2 events
    --- stderr
    ");
    snapshot!(verify("raises", &[]), @r#"
    exit code: 1
    --- stdout
    events.jsonl:1: exception differs
      - returned {"same":true,"sum":[0,1]}
      + ModuleNotFoundError [function.raised]
      + No module named 'values'
    events.jsonl:1: trace differs, which does not count
      + File "[package]/app.py", line 2, in handler
      +   raise ModuleNotFoundError("No module named 'values'", name="values")
    different on 1 of 1 event
    --- stderr
    "#);
}

#[test]
fn differences_as_json_have_every_field() {
    if !has("python3") {
        return;
    }
    let output = verify("log_line", &["--format", "json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let difference = json!({
        "event": "events.jsonl:1",
        "worker": "fresh",
        "aspect": "stderr",
        "counts": true,
        "place": "",
        "a": ["found 3 rows"],
        "b": ["found 4 rows"],
    });
    assert_eq!(
        told,
        json!({
            "schema_version": 1,
            "same": false,
            "events": 1,
            "different_events": 1,
            "differences": [difference],
            "unstable": [],
        })
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    snapshot!(headstart(&["verify", "verify/result/a", "verify/result/b", "--entry", "app.handler"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to compare the packages: there are no events [config.missing]
    hint: pass --events PATH, or keep some in the `events` directory of the package
    ");
    if has("python3") {
        snapshot!(verify("neither_imports", &[]), @r#"
        exit code: 2
        --- stdout

        --- stderr
        error: failed to invoke a: ModuleNotFoundError: No module named 'not_there' [function.import_failed]
          File "[PACKAGES]/verify/neither_imports/a/app.py", line 1, in <module>
            import not_there
        "#);
    }
}

fn profile(more: &[&str]) -> Output {
    let arguments = ["profile", "profile/python", "--entry", "app.handler", "--runs", "1"];
    headstart(&[&arguments[..], more].concat())
}

/// The last word of each line that ends with one of these.
fn last_words(output: &Output, wanted: &[&str]) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let words = text.lines().filter_map(|line| line.split_whitespace().last());
    words.filter(|word| wanted.contains(word)).map(str::to_owned).collect()
}

#[test]
fn the_slowest_modules_are_listed_first() {
    if !has("python3") {
        return;
    }
    let output = profile(&["--top", "3"]);
    assert_eq!(last_words(&output, &["slow", "package", "helper"]), ["slow", "package", "helper"]);
    let text = shown(&output);
    for part in [
        "exit code: 0",
        "import: ",
        "first event: ",
        " without the profiler",
        "\nand ",
        " more: ",
        "not in any module: ",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn a_tree_shows_what_was_loaded_for_what() {
    if !has("python3") {
        return;
    }
    let text = shown(&profile(&["--tree"]));
    let indent = |name: &str| {
        let line =
            text.lines().find(|line| line.trim_end().ends_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.len() - name.len()
    };
    let [app, slow, helper] = ["app", "slow", "helper"].map(indent);
    assert!(app < slow && slow < helper, "{text}");
}

#[test]
fn a_profile_as_json_has_whole_numbers() {
    if !has("python3") {
        return;
    }
    let told: Value = serde_json::from_slice(&profile(&["--format", "json"]).stdout).unwrap();
    assert_eq!((&told["schema_version"], &told["runs"]), (&json!(1), &json!(1)));
    for field in ["init_us", "first_us", "outside_us", "plain_init_us", "plain_first_us"] {
        assert!(told[field].is_u64(), "{field}: {told}");
    }
    let slow = told["modules"].as_array().unwrap().iter().find(|module| module["name"] == "slow").unwrap();
    assert!(slow["self_us"].as_u64().unwrap() >= 50_000 && slow["self_bytes"].is_i64(), "{slow}");
    assert_eq!((&slow["phase"], &slow["failed"], &slow["distribution"]), (&json!("init"), &json!(false), &Value::Null));
    assert!(slow["file"].as_str().unwrap().ends_with("/slow.py"));
    let flame: Value = serde_json::from_slice(&profile(&["--format", "speedscope"]).stdout).unwrap();
    assert_eq!(flame["profiles"][0]["type"], "evented");
}

#[test]
fn findings_tell_what_they_would_save_of_the_start() {
    if !has("python3") {
        return;
    }
    let arguments = ["analyze", "saving", "--entry", "app.handler", "--profile", "--format", "json"];
    let report: Value = serde_json::from_slice(&headstart(&arguments).stdout).unwrap();
    let finding = |rule: &str| {
        let found = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule);
        found.unwrap_or_else(|| panic!("{rule} in {report:#}"))["saving_us"].as_u64()
    };
    let saving = finding("unused-import").unwrap();
    assert!((50_000..90_000).contains(&saving), "{saving}: `shared` is needed without `large` too");
    assert!(finding("missing-bytecode").is_some(), "it was measured");
    let part = |name: &str| {
        let found = report["packages"].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap();
        found["init_us"].as_u64().unwrap()
    };
    assert!(part("large") >= 50_000 && part("own code") >= 100_000, "{report:#}");
    assert!(!packages().join("saving/__pycache__").exists(), "the package is only read");
}

#[test]
fn findings_in_javascript_tell_what_they_would_save_too() {
    if !has("node") {
        return;
    }
    let arguments = ["analyze", "saving_node", "--entry", "index.handler", "--profile", "--format", "json"];
    let report: Value = serde_json::from_slice(&headstart(&arguments).stdout).unwrap();
    let found: Vec<_> = report["findings"].as_array().unwrap().iter().filter(|it| it["saving_us"].is_u64()).collect();
    let [unused, late] = found[..] else { panic!("{report:#}") };
    assert_eq!((&unused["rule"], &unused["line"]), (&json!("unused-import"), &json!(1)));
    assert_eq!((&late["rule"], &late["line"]), (&json!("late-import"), &json!(2)));
    let saving = unused["saving_us"].as_u64().unwrap();
    assert!((50_000..90_000).contains(&saving), "{saving}: `shared` is needed without `large` too");
    assert!(late["saving_us"].as_u64().unwrap() >= 25_000, "{report:#}");
}
