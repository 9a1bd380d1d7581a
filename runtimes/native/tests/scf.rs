//! The launcher as a custom runtime of Tencent's Serverless Cloud Function, against a Runtime API that follows a script.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, dead_code, reason = "tests")]

mod support;

use serde_json::json;
use std::path::Path;
use std::process::Command;
use support::function::{Running, launcher, node, package, python};
use support::server::{Asked, Manner, Server};

const PYTHON: &str = r#"
def handler(event, context):
    if event.get("raise"):
        raise LookupError(event["raise"])
    return {"event": event, "id": context.aws_request_id, "left": context.get_remaining_time_in_millis(), "name": context.function_name}
"#;

const NODE: &str = r"
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  for (const piece of event.pieces) stream.write(piece);
  if (event.raise) throw new TypeError(event.raise);
  stream.end(event.end);
});
";

/// The command that SCF starts.
fn started(server: &Server, package: &Path, handler: &str, interpreter: &Path) -> Running {
    let mut command: Command = launcher(server, package, handler, Some(interpreter));
    for lambda in
        ["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    {
        command.env_remove(lambda);
    }
    let (host, port) = server.address.split_once(':').unwrap();
    command.env("SCF_RUNTIME_API", host).env("SCF_RUNTIME_API_PORT", port);
    command.env("USER_CODE_ROOT", package).env("SCF_FUNCTIONNAME", "told");
    Running::start(command)
}

fn event(server: &Server, id: &str, event: &serde_json::Value) {
    let headers = [("Request_id", id), ("Memory_limit_in_mb", "128"), ("Time_limit_in_ms", "3000")];
    server.event("not this one", &headers, event.to_string().as_bytes());
}

fn call(asked: &Asked) -> String {
    format!("{} {}", asked.method, asked.path)
}

#[test]
fn it_says_that_it_is_ready_and_answers_events() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", PYTHON)]);
    let server = Server::start(Manner::Length);
    let running = started(&server, package.path(), "app.handler", &python);
    event(&server, "r-1", &json!({"n": 1}));
    assert_eq!(call(&server.asked()), "POST /runtime/init/ready");
    assert_eq!(call(&server.asked()), "GET /runtime/invocation/next");
    let told = server.asked();
    assert_eq!(call(&told), "POST /runtime/invocation/response");
    let answer = told.json();
    assert_eq!((&answer["event"], &answer["id"], &answer["name"]), (&json!({"n": 1}), &json!("r-1"), &json!("told")));
    assert!((1..=3000).contains(&answer["left"].as_u64().unwrap()), "{answer}");
    event(&server, "r-2", &json!({"raise": "not here"}));
    let told = server.told();
    assert_eq!(call(&told), "POST /runtime/invocation/error");
    assert_eq!(
        (told.json()["errorType"].as_str(), told.json()["errorMessage"].as_str()),
        (Some("LookupError"), Some("not here"))
    );
    event(&server, "r-3", &json!({}));
    assert_eq!(server.told().json()["id"], "r-3", "it goes on");
    running.terminate();
    assert_eq!(running.ended().0, Some(0));
}

#[test]
fn a_result_that_is_streamed_is_handed_over_as_a_whole() {
    let Some(node) = node() else { return };
    let package = package(&[("index.js", NODE)]);
    let server = Server::start(Manner::Length);
    let _running = started(&server, package.path(), "index.handler", &node);
    event(&server, "r-1", &json!({"pieces": ["a", "b"], "end": "c"}));
    assert_eq!(server.told().call(), "POST init/ready");
    let told = server.told();
    assert_eq!((told.call().as_str(), &told.body[..]), ("POST invocation/response", &b"abc"[..]));
    event(&server, "r-2", &json!({"pieces": ["a"], "raise": "half way"}));
    let told = server.told();
    assert_eq!((told.call().as_str(), &told.json()["errorType"]), ("POST invocation/error", &json!("TypeError")));
}

#[test]
fn one_that_cannot_be_started_says_why_and_ends() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", "import nothing_of_this_name")]);
    let server = Server::start(Manner::Length);
    let (code, stdout, stderr) = started(&server, package.path(), "app.handler", &python).ended();
    assert_eq!(code, Some(1));
    assert!((stdout + &stderr).contains("nothing_of_this_name"));
    assert!(server.rest().is_empty(), "SCF has no call for it");
}
