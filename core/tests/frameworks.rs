//! Google's Functions Framework, unmodified, as worker: `cargo xtask conformance functions-framework` sets it up.
#![cfg(feature = "platforms")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::adapters;
use headstart::instance::Tier;
use headstart::{Function, FunctionId, Host, Prewarm};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::host;

const SOON: Duration = Duration::from_secs(20);
const EVENTS: u32 = 300;

async fn started(language: &str, entry: &str, kind: &str) -> (Host, FunctionId, tempfile::TempDir) {
    let tests = std::env::current_exe().unwrap();
    let package = tests.ancestors().nth(3).unwrap().join("conformance/functions_framework").join(language);
    let state = tempfile::tempdir().unwrap();
    let host = host(state.path()).build().await.unwrap();
    let protocol = adapters::protocol("functions-framework", None).unwrap().unwrap();
    let function = Function::from_dir(package, entry).runtime(if language == "node" { "nodejs" } else { "python" });
    let function = function.protocol(protocol).env("FUNCTION_SIGNATURE_TYPE", kind);
    let id = host.register(function).await.unwrap();
    (host, id, state)
}

async fn value(host: &Host, id: &FunctionId, event: Value) -> Value {
    serde_json::from_slice(host.invoke(id, event.to_string(), SOON).await.unwrap().payload()).unwrap()
}

fn request(method: &str, path: &str, body: &Value) -> Value {
    json!({
        "requestContext": {"http": {"method": method}},
        "rawPath": path,
        "rawQueryString": "q=a%20b",
        "headers": {"content-type": "application/json"},
        "body": body.to_string(),
    })
}

async fn answers(language: &str, entry: &str) {
    let (host, id, _state) = started(language, entry, "http").await;
    let begun = Instant::now();
    for number in 0..EVENTS {
        let answer = value(&host, &id, request("POST", "/a/b", &json!({"n": number}))).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let told: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(told, json!({"path": "/a/b", "args": {"q": "a b"}, "json": {"n": number}}));
    }
    println!("{language}: {EVENTS} requests in {:?}", begun.elapsed());
    let made = value(&host, &id, request("GET", "/made", &json!({}))).await;
    assert_eq!(
        (&made["statusCode"], &made["body"], &made["headers"]["x-id"]),
        (&json!(201), &json!("made"), &json!("7"))
    );
    assert_eq!(value(&host, &id, request("GET", "/raise", &json!({}))).await["statusCode"], 500);
    assert_eq!(value(&host, &id, json!({"n": 7})).await["json"], json!({"n": 7}), "an event that is no request");
    host.retire(&id).unwrap();
    host.prewarm(&id, Prewarm::frozen(1)).await.unwrap();
    let thawed = host.invoke(&id, "{}", SOON).await.unwrap();
    assert_eq!(thawed.tier(), Tier::Frozen);
    host.stop(SOON).await;
}

async fn takes_events(language: &str, entry: &str) {
    let (host, id, _state) = started(language, entry, "cloudevent").await;
    let event = |n: u32| json!({"specversion": "1.0", "id": "1", "source": "s", "type": "made", "data": {"n": n}});
    host.invoke(&id, event(1).to_string(), SOON).await.unwrap();
    assert!(host.invoke(&id, event(2).to_string(), SOON).await.is_err());
}

#[tokio::test]
#[ignore = "cargo xtask conformance functions-framework"]
async fn python_answers_requests() {
    answers("python", "main.page").await;
}

#[tokio::test]
#[ignore = "cargo xtask conformance functions-framework"]
async fn node_answers_requests() {
    answers("node", "index.page").await;
}

#[tokio::test]
#[ignore = "cargo xtask conformance functions-framework"]
async fn python_takes_cloud_events() {
    takes_events("python", "main.noted").await;
}

#[tokio::test]
#[ignore = "cargo xtask conformance functions-framework"]
async fn node_takes_cloud_events() {
    takes_events("node", "index.noted").await;
}
