//! The commands that run a function to look into it: `trace --events`, `profile`, `verify`.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Compares exit code and both streams, less what differs from run to run.
macro_rules! snapshot {
    ($output:expr, @$expected:literal) => {{
        let shown = shown(&$output);
        filters().bind(|| insta::assert_snapshot!(shown, @$expected));
    }};
}

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/trial").canonicalize().expect("testdata/trial")
}

fn headstart(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headstart"));
    command.args(arguments).current_dir(packages()).stdin(Stdio::null());
    command.env("HEADSTART_STATE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("trial"));
    for name in ["HEADSTART_LOG", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command.output().expect("headstart runs")
}

fn shown(output: &Output) -> String {
    let text = |stream: &[u8]| String::from_utf8(stream.to_vec()).expect("UTF-8").trim_end().to_owned();
    let code = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
    format!("exit code: {code}\n--- stdout\n{}\n--- stderr\n{}", text(&output.stdout), text(&output.stderr))
}

fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&packages().display().to_string(), "[PACKAGES]");
    settings
}

/// Whether the search path has a program that works; says so where it has not.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    if !found {
        println!("skipped: {program} is not on this machine");
    }
    found
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
