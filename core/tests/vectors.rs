//! The protocol's vectors, as `testdata/vectors` has them for all three languages.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::Error;
use headstart::bootstrap::message::{self, Invocation};
use headstart::bootstrap::{Decoder, Frame, Kind, Limits, Role, Sender, Session};
use headstart::preload::Image;
use serde_json::{Value, json};
use std::path::Path;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expected(directory: &Path) -> Value {
    serde_json::from_str(&read(&directory.join("expected.json"))).expect("JSON")
}

#[test]
fn frames() {
    for (name, directory) in support::cases(&support::testdata().join("vectors/frames")) {
        let bytes = hex(&directory.join("frame.hex"));
        let expected = expected(&directory);
        match decode(&bytes) {
            Ok(frame) => check_frame(&name, &frame, &expected),
            Err(error) => assert_eq!(expected["error"], error.code().as_str(), "{name}: {error}"),
        }
    }
}

#[test]
fn images() {
    for (name, directory) in support::cases(&support::testdata().join("vectors/images")) {
        let expected = expected(&directory);
        let read = Image::from_bytes(hex(&directory.join("image.hex")));
        match read.and_then(|image| image.check_data().map(|()| image)) {
            Ok(image) => {
                let entries = image.entries().map(|it| {
                    let text = String::from_utf8_lossy(it.data().unwrap()).into_owned();
                    (it.name().to_owned(), json!({"kind": it.kind(), "text": text}))
                });
                assert_eq!(Value::Object(entries.collect()), expected["entries"], "{name}");
                assert_eq!(*image.identity(), expected["identity"], "{name}");
            }
            Err(error) => assert_eq!(expected["error"], error.code().as_str(), "{name}: {error}"),
        }
    }
}

fn hex(path: &Path) -> Vec<u8> {
    let digits: String = read(path).split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex")).collect()
}

fn decode(bytes: &[u8]) -> Result<Frame, Error> {
    let mut decoder = Decoder::new(Limits::default());
    decoder.feed(bytes);
    match decoder.next_frame()? {
        Some(frame) => message::check(frame.kind, &frame.body).map(|()| frame),
        None => Err(decoder.finish().expect_err("a frame that is cut short")),
    }
}

fn check_frame(name: &str, frame: &Frame, expected: &Value) {
    assert_eq!(expected["kind"], frame.kind.name(), "{name}");
    assert_eq!(expected["request"], frame.request, "{name}");
    match frame.kind {
        Kind::Invoke => {
            let Invocation { budget_us, context, payload } = Invocation::decode(&frame.body).expect("an invocation");
            let context: Value = serde_json::from_slice(context).unwrap_or(Value::Null);
            assert_eq!(expected["budget_us"], budget_us, "{name}");
            assert_eq!(expected["context"], context, "{name}");
            assert_eq!(expected["payload"], String::from_utf8_lossy(payload).as_ref(), "{name}");
        }
        Kind::Result | Kind::Piece => {
            assert_eq!(expected["payload"], String::from_utf8_lossy(&frame.body).as_ref(), "{name}");
        }
        _ => {
            let mut body: Value = serde_json::from_slice(&frame.body).expect("JSON");
            body.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
            assert_eq!(expected["body"], body, "{name}");
        }
    }
}

#[test]
fn sessions() {
    for (name, directory) in support::cases(&support::testdata().join("vectors/sessions")) {
        let expected = expected(&directory);
        let role = if expected["role"] == "zygote" { Role::Zygote } else { Role::Worker };
        let error = follow(Session::new(role), expected["steps"].as_array().expect("steps"));
        assert_eq!(expected["error"], error.unwrap_or(Value::Null), "{name}");
    }
}

/// Every message of the host gets the next number, every answer the number that it answers.
fn follow(mut session: Session, steps: &[Value]) -> Option<Value> {
    let mut request = 0;
    for (at, step) in steps.iter().enumerate() {
        let kind = Kind::from_name(step[1].as_str().expect("a kind")).expect("a known kind");
        let from = if step[0] == "host" { Sender::Host } else { Sender::Worker };
        request += u64::from(from == Sender::Host);
        if let Err(error) = session.advance(from, kind, request) {
            return Some(json!({"at": at, "code": error.code().as_str()}));
        }
    }
    None
}
