//! Functions, good and bad, through a host: every directory of `testdata/functions/LANGUAGE` is a case.
//!
//! `case.json` names the entry, the event and limits, and what is expected: a result, or an error's code with
//! a part of its text, and parts of what the function writes.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::{Deadline, Error, Function, Host, Reply};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python() {
    if support::has("python3") {
        run_all("python").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node() {
    if support::has("node") {
        run_all("node").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn native() {
    if support::has("cc") {
        run_all("native").await;
    }
}

async fn run_all(language: &str) {
    let state = tempfile::tempdir().expect("a directory");
    let mut wrong = Vec::new();
    for (name, directory) in support::cases(&support::testdata().join("functions").join(language)) {
        if let Err(complaint) = run_one(language, &directory, state.path()).await {
            wrong.push(format!("{language}/{name}: {complaint}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

async fn run_one(language: &str, directory: &Path, state: &Path) -> Result<(), String> {
    let case = std::fs::read(directory.join("case.json")).map_err(|error| error.to_string())?;
    let case: Value = serde_json::from_slice(&case).map_err(|error| error.to_string())?;
    let mut builder = support::host(state).output_limit(256 << 10);
    if let Some(bytes) = case["max_payload"].as_u64() {
        builder = builder.max_payload(bytes);
    }
    let host = builder.build().await.map_err(|error| error.to_string())?;
    let built = tempfile::tempdir().map_err(|error| error.to_string())?;
    let package = if language == "native" { built.path() } else { directory };
    if language == "native" {
        support::compile(directory, package)?;
    }
    let outcome = invoke(&host, language, package, &case).await;
    let complaint = match &outcome {
        Ok(reply) => check_reply(reply, &case["expect"]),
        Err(error) => check_error(error, &case["expect"]),
    };
    host.stop(Duration::from_secs(1)).await;
    complaint
}

async fn invoke(host: &Host, language: &str, directory: &Path, case: &Value) -> Result<Reply, Error> {
    let runtime = if language == "node" { "nodejs" } else { language };
    let mut function = Function::from_dir(directory, case["entry"].as_str().unwrap_or_default()).runtime(runtime);
    if let Some(time) = case["init_timeout_ms"].as_u64() {
        function = function.init_timeout(Duration::from_millis(time));
    }
    if let Some(bytes) = case["memory_limit"].as_u64() {
        function = function.memory_limit(bytes);
    }
    let function = host.register(function).await?;
    let deadline = Deadline::after(Duration::from_millis(case["timeout_ms"].as_u64().unwrap_or(20_000)));
    host.invoke(&function, case["event"].to_string(), deadline).await
}

fn check_reply(reply: &Reply, expect: &Value) -> Result<(), String> {
    let result: Value = serde_json::from_slice(reply.payload()).map_err(|error| error.to_string())?;
    match expect.get("result") {
        Some(wanted) if *wanted == result => {}
        wanted => return Err(format!("the result is {result}, not {wanted:?}")),
    }
    let mut streams = reply.start_output().cloned().unwrap_or_default();
    streams.append(reply.output().clone());
    check_output(&streams, expect)
}

fn check_error(error: &Error, expect: &Value) -> Result<(), String> {
    let text = error.to_string();
    let contains = |name: &str, found: &str| match expect[name].as_str() {
        Some(wanted) if !found.contains(wanted) => Err(format!("{name} is {found:?}, without {wanted:?}")),
        _ => Ok(()),
    };
    if expect["code"] != error.code().as_str() {
        return Err(format!("the code is {}, not {}: {text}", error.code(), expect["code"]));
    }
    contains("message", &text)?;
    contains("type", error.exception().map_or("", |exception| &exception.type_name))?;
    if let Some(code) = expect["exit_code"].as_i64().filter(|code| !text.contains(&format!("exit code {code}"))) {
        return Err(format!("the exit code is not {code}: {text}"));
    }
    if let Some(signal) = expect["signal"].as_i64().filter(|signal| !text.contains(&format!("signal {signal} "))) {
        return Err(format!("the signal is not {signal}: {text}"));
    }
    if text.contains('\n') && !text.contains(error.message()) {
        return Err(format!("the text has several lines: {text:?}"));
    }
    check_output(&error.output().cloned().unwrap_or_default(), expect)
}

fn check_output(output: &headstart::error::Output, expect: &Value) -> Result<(), String> {
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let found = String::from_utf8_lossy(bytes);
        if let Some(wanted) = expect[name].as_str().filter(|wanted| !found.contains(wanted)) {
            let end = found.len().min(300);
            return Err(format!("{name} is {:?}, without {wanted:?}", found.get(..end).unwrap_or(&found)));
        }
    }
    Ok(())
}
