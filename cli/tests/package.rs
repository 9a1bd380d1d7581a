//! `headstart package`: what it writes and prints.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::path::Path;
use std::process::Output;
use support::{json, shown};

fn package(out: &Path, arguments: &[&str]) -> Output {
    let function = support::testdata("functions/python/prints");
    let mut command = support::command(env!("CARGO_BIN_EXE_headstart"), &["package"], &function, "package");
    // Any program will do: it is not run.
    command.arg(&function).args(["--entry", "app.handler", "--launcher", "/bin/true", "--out"]).arg(out);
    command.args(arguments).output().expect("headstart runs")
}

#[test]
fn what_was_written_is_told_for_people_and_for_programs() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("app.zip");
    let told = shown(&package(&out, &["--target", "lambda-zip"]));
    assert!(told.contains("app.zip: ") && told.contains("CodeSha256: "), "{told}");
    let told = json(&package(&out, &["--target", "lambda-zip", "--force", "--format", "json"]));
    assert_eq!(told["bytes"].as_u64(), Some(std::fs::metadata(&out).unwrap().len()));
    assert_eq!((told["schema_version"].as_u64(), told["sha256"].as_str().map(str::len)), (Some(1), Some(44)));
    let refused = package(&out, &["--target", "lambda-layer"]);
    assert_eq!(refused.status.code(), Some(2));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        text.contains("package the function: something stands at the output")
            && text.contains("[package.output_exists]"),
        "{text}"
    );
}
