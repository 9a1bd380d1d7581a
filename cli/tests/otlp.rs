//! Traces of a server, as a collector gets them.
#![cfg(feature = "otlp")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use support::testdata;

/// Answers every request and tells its path and body.
fn collect(listener: &TcpListener, to: &Sender<(String, Vec<u8>)>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let mut stream = BufReader::new(stream);
        let (mut path, mut length, mut line) = (String::new(), 0, String::new());
        while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
            let lower = line.to_lowercase();
            if let Some(text) = lower.strip_prefix("content-length: ") {
                length = text.trim().parse().expect("a number");
            }
            if path.is_empty() {
                line.clone_into(&mut path);
            }
            line.clear();
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("a body");
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.get_mut().write_all(answer).expect("answered");
        to.send((path, body)).expect("someone listens");
    }
}

#[test]
fn spans_of_a_request_reach_the_collector() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    let (to, told) = channel();
    std::thread::spawn(move || collect(&collector, &to));
    let state = tempfile::tempdir().unwrap();
    let arguments = ["serve", "python-function", "--listen", "127.0.0.1:0"];
    let examples = testdata("../examples");
    let mut command = support::command(env!("CARGO_BIN_EXE_headstart"), &arguments, &examples, "otlp");
    command.env("HEADSTART_STATE_DIR", state.path()).env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let mut child = command.env_remove("HEADSTART_TOKEN").stderr(Stdio::piped()).spawn().expect("it starts");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("text");
    let (_, address) = line.trim().split_once("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let path = "/2015-03-31/functions/python-function/invocations";
    write!(stream, "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success() && child.wait().expect("it ends").success());
    let (path, body) = told.recv_timeout(Duration::from_secs(10)).expect("spans");
    assert!(path.starts_with("POST /v1/traces "), "{path}");
    let has = |text: &str| body.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(has("request") && has("start") && has("python-function"), "{}", String::from_utf8_lossy(&body));
}
