//! What the tests of the command line share: running it, and showing what came of it.
#![allow(dead_code, unused_imports, unused_macros, clippy::expect_used, reason = "each test file uses a part of it")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Compares exit code and both streams, less what differs from run to run.
macro_rules! snapshot {
    ($output:expr, @$expected:literal) => {{
        let shown = crate::support::shown(&$output);
        filters().bind(|| insta::assert_snapshot!(shown, @$expected));
    }};
}
pub(crate) use snapshot;

/// A directory below `testdata`.
pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata")
        .join(name)
        .canonicalize()
        .expect("a directory of testdata")
}

/// A program that is run among `packages`, with a state directory that has the test file's name.
pub(crate) fn command(program: &str, arguments: &[&str], packages: &Path, state: &str) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(packages).stdin(Stdio::null());
    command.env("HEADSTART_STATE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(state));
    for name in ["HEADSTART_LOG", "CLICOLOR_FORCE", "COLUMNS", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown(output)))
}

pub(crate) fn shown(output: &Output) -> String {
    let text = |stream: &[u8]| String::from_utf8(stream.to_vec()).expect("UTF-8").trim_end().to_owned();
    let code = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
    format!("exit code: {code}\n--- stdout\n{}\n--- stderr\n{}", text(&output.stdout), text(&output.stderr))
}

/// The examples that end the help of a command.
pub(crate) fn examples(output: &Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{}", shown(output));
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text[text.find("Example").unwrap_or_else(|| panic!("no example: {text}"))..].to_owned()
}

/// Whether the search path has a program that works; says so where it has not.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    if !found {
        println!("skipped: {program} is not on this machine");
    }
    found
}
