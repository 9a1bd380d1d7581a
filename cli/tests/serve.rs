//! `headstart serve` as a program: what it says, how it is told to end, what it leaves.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::testdata;

/// A server among the examples.
fn serve(state: &Path, arguments: &[&str]) -> Command {
    let packages = testdata("../examples");
    let mut command = support::command(env!("CARGO_BIN_EXE_headstart"), &["serve"], &packages, "serve");
    command.args(arguments).env("HEADSTART_STATE_DIR", state);
    command.env_remove("HEADSTART_TOKEN").stderr(Stdio::piped());
    command
}

/// Reads what it says until it says where it listens.
fn address(child: &mut Child) -> (String, BufReader<impl Read + use<>>) {
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
    loop {
        let mut line = String::new();
        assert_ne!(said.read_line(&mut line).expect("text"), 0, "it ended");
        if let Some((_, address)) = line.split_once("http://") {
            return (address.trim().to_owned(), said);
        }
    }
}

fn invoke(address: &str, event: &str) -> String {
    post(address, "/2015-03-31/functions/python-function/invocations", event)
}

fn post(address: &str, path: &str, body: &str) -> String {
    ask(address, &format!("POST {path}"), body)
}

fn ask(address: &str, what: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let head = format!("{what} HTTP/1.1\r\nHost: localhost\r\nConnection: close");
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}

fn end(child: &mut Child, signal: &str) -> Option<i32> {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().expect("a status") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("killed");
    panic!("it did not end");
}

#[test]
fn a_package_is_served_until_it_is_told_to_end() {
    for (signal, format) in [("-TERM", "text"), ("-INT", "json")] {
        let state = tempfile::tempdir().unwrap();
        let mut child = serve(state.path(), &["python-function", "--log-format", format, "--listen", "127.0.0.1:0"])
            .spawn()
            .expect("it starts");
        let (address, mut said) = address(&mut child);
        let answer = invoke(
            &address,
            &std::fs::read_to_string(testdata("../examples/python-function").join("event.json")).unwrap(),
        );
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(end(&mut child, signal), Some(0));
        let mut rest = String::new();
        said.read_to_string(&mut rest).expect("text");
        assert!(rest.contains("finishing what runs"), "{rest}");
    }
}

#[test]
fn metrics_tell_what_the_nodes_caches_hold() {
    let (state, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cache = headstart::cache::Cache::builder("prices").directory(place.path()).bytes();
    cache.put("key", &headstart::cache::Policy::forever(), b"value"[..].into());
    assert_eq!(cache.get("absent"), None);
    drop(cache);
    let mut command = serve(state.path(), &["python-function", "--listen", "127.0.0.1:0"]);
    let mut child = command.env("HEADSTART_CACHE_DIR", place.path()).spawn().expect("it starts");
    let (address, _said) = address(&mut child);
    let answer = ask(&address, "GET /metrics", "");
    assert_eq!(end(&mut child, "-TERM"), Some(0));
    assert!(answer.contains("headstart_cache_entries{cache=\"prices\"} 1\n"), "{answer}");
    assert!(answer.contains("headstart_cache_operations_total{cache=\"prices\",kind=\"misses\"} 1\n"), "{answer}");
}

#[test]
fn what_cannot_be_served_is_told_with_what_to_do() {
    let state = tempfile::tempdir().unwrap();
    for (arguments, code, hint) in [
        (&["nowhere", "--listen", "127.0.0.1:0"][..], "function.not_found", "check the path"),
        (&["python-function", "--listen", "0.0.0.0:0"], "config.invalid", "give it a token"),
        (
            &["python-function", "--listen", "127.0.0.1:0", "--provision", "other=1"],
            "function.not_registered",
            "register the function",
        ),
    ] {
        let output = serve(state.path(), arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(code) && said.contains(hint), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn the_state_of_another_user_is_left_alone() {
    let state = tempfile::tempdir().unwrap();
    if std::os::unix::fs::chown(state.path(), Some(65_534), None).is_err() {
        println!("skipped: no right to give a directory to another user");
        return;
    }
    // What the server keeps its functions in is made by its user, who may do that as root.
    let functions = state.path().join("functions");
    std::fs::create_dir(&functions).unwrap();
    std::os::unix::fs::chown(&functions, Some(65_534), None).unwrap();
    let output = serve(state.path(), &["python-function", "--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("it belongs to another user") && said.contains("host.state_dir_unusable"), "{said}");
    assert_eq!(std::fs::read_dir(&functions).unwrap().count(), 0);
}

#[test]
fn a_function_is_served_as_a_platform_asks() {
    let state = tempfile::tempdir().unwrap();
    let mut child = serve(state.path(), &["python-function", "--as", "function-compute", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let (address, mut said) = address(&mut child);
    let event = std::fs::read_to_string(testdata("../examples/python-function").join("event.json")).unwrap();
    assert!(post(&address, "/initialize", "").contains("x-fc-status: 200"));
    let answer = post(&address, "/invoke", &event);
    assert!(answer.contains("x-fc-status: 200") && answer.contains("Zurich"), "{answer}");
    assert_eq!(end(&mut child, "-TERM"), Some(0));
    let (mut rest, mut logs) = (String::new(), String::new());
    said.read_to_string(&mut rest).expect("text");
    child.stdout.take().expect("a pipe").read_to_string(&mut logs).expect("text");
    assert!(rest.contains("finishing what runs") && logs.contains("FC Invoke Start RequestId"), "{rest} {logs}");
}

#[test]
fn what_a_platform_needs_is_asked_for() {
    let state = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&["--as", "knative"][..], "name its directory"),
        (&["python-function", "--as", "openwhisk"], "brings its code"),
        (&["python-function", "--as", "knative", "--listen", "0.0.0.0:0"], "add --insecure"),
        (&["python-function", "--as", "lambada"], "openwhisk, function-compute"),
        (&["python-function", "--as", "knative", "--watch"], "cannot be used with"),
    ] {
        let output = serve(state.path(), arguments).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(said), "{arguments:?}: {told}");
        assert_eq!(output.status.code(), Some(2));
    }
}
