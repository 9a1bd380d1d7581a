//! The launcher as a runtime of AWS Lambda, against a Runtime API that follows a script.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, dead_code, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::function::{Running, launcher, library, node, package, python};
use support::server::{Manner, Server};

const PYTHON: &str = r#"
import os, sys, time

def handler(event, context):
    kind = event.get("kind") if type(event) is dict else None
    if kind == "raise":
        raise LookupError("not here: ä")
    if kind == "object":
        return object()
    if kind == "large":
        return "x" * event["size"]
    if kind == "exit":
        sys.exit(event["code"])
    if kind == "kill":
        os.kill(os.getpid(), 9)
    if kind == "sleep":
        time.sleep(event["seconds"])
    if kind == "context":
        client = context.client_context
        return {
            "id": context.aws_request_id, "arn": context.invoked_function_arn, "left": context.get_remaining_time_in_millis(),
            "trace": os.environ.get("_X_AMZN_TRACE_ID"), "custom": client and client.custom, "app": client and client.client.app_title,
            "identity": context.identity.cognito_identity_id, "memory": context.memory_limit_in_mb, "name": context.function_name,
            "tenant": context.tenant_id, "version": context.function_version,
        }
    return {"event": event, "pid": os.getpid()}
"#;

const NODE: &str = r"
class Refused extends Error {}
exports.handler = async (event, context) => {
  if (event.kind === 'raise') throw new TypeError('not here: ä');
  if (event.kind === 'custom') throw new Refused('no');
  if (event.kind === 'bigint') return 1n;
  if (event.kind === 'exit') process.exit(7);
  if (event.kind === 'context') {
    return { id: context.awsRequestId, arn: context.invokedFunctionArn, trace: process.env._X_AMZN_TRACE_ID, custom: context.clientContext?.custom };
  }
  return { event };
};
";

fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

fn result(server: &Server, id: &str) -> Value {
    let told = server.told();
    assert_eq!(told.call(), format!("POST invocation/{id}/response"), "{}", String::from_utf8_lossy(&told.body));
    told.json()
}

fn error(server: &Server, id: &str) -> Value {
    let told = server.told();
    assert_eq!(told.call(), format!("POST invocation/{id}/error"), "{}", String::from_utf8_lossy(&told.body));
    assert_eq!(told.header("Lambda-Runtime-Function-Error-Type"), told.json()["errorType"].as_str());
    told.json()
}

#[test]
fn events_go_in_and_results_come_out_however_answers_are_written() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", PYTHON)]);
    for manner in [Manner::Length, Manner::Chunks(7), Manner::Chunks(1), Manner::Close, Manner::Drop] {
        let server = Server::start(manner);
        let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
        for number in 0..5 {
            let id = format!("r-{number}");
            server.event(&id, &[], json!({"number": number, "text": "ä\u{0}"}).to_string().as_bytes());
            assert_eq!(result(&server, &id)["event"]["number"], number, "{manner:?}");
        }
        running.terminate();
        assert_eq!(running.ended().0, Some(0), "{manner:?}");
    }
}

#[test]
fn one_connection_serves_many_events() {
    let Some(python) = python() else { return };
    let (server, package) = (Server::start(Manner::Length), package(&[("app.py", PYTHON)]));
    let _running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
    for number in 0..50 {
        server.event(&number.to_string(), &[], b"{}");
        let asked = [server.asked(), server.asked()];
        assert!(asked.iter().all(|it| it.connection == 0), "{asked:?}");
    }
}

#[test]
fn a_handler_in_python_learns_what_the_platform_says() {
    let Some(python) = python() else { return };
    let (server, package) = (Server::start(Manner::Length), package(&[("app.py", PYTHON)]));
    let mut command = launcher(&server, package.path(), "app.handler", Some(&python));
    command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    let _running = Running::start(command);
    let deadline = (now_ms() + 5000).to_string();
    let headers = [
        ("Lambda-Runtime-Deadline-Ms", deadline.as_str()),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:x"),
        ("Lambda-Runtime-Trace-Id", "Root=1-5;Sampled=1"),
        ("Lambda-Runtime-Client-Context", r#"{"custom":{"a":"b"},"client":{"app_title":"t"}}"#),
        ("Lambda-Runtime-Cognito-Identity", r#"{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}"#),
        ("Lambda-Runtime-Aws-Tenant-Id", "tenant"),
    ];
    let event = br#"{"kind":"context"}"#;
    server.event("r-1", &headers, event);
    let mut told = result(&server, "r-1");
    let left = told["left"].take().as_u64().unwrap();
    assert!((3000..=5000).contains(&left), "{left}");
    let expected = json!({
        "id": "r-1", "arn": "arn:aws:lambda:x", "left": null, "trace": "Root=1-5;Sampled=1", "custom": {"a": "b"}, "app": "t",
        "identity": "i", "memory": "512", "name": "fn", "tenant": "tenant", "version": "$LATEST",
    });
    assert_eq!(told, expected);
    server.event("r-2", &[], event);
    let told = result(&server, "r-2");
    assert_eq!((&told["trace"], &told["custom"], &told["identity"]), (&Value::Null, &Value::Null, &Value::Null));
    server.event("r-3", &[("Lambda-Runtime-Client-Context", "{broken")], event);
    assert_eq!(error(&server, "r-3")["errorType"], "Runtime.LambdaContextUnmarshalError");
}

#[test]
fn what_a_handler_in_python_fails_with_is_told_and_the_next_event_is_handled() {
    let Some(python) = python() else { return };
    let (server, package) = (Server::start(Manner::Length), package(&[("app.py", PYTHON)]));
    let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
    server.event("r-1", &[], br#"{"kind":"raise"}"#);
    let told = server.told();
    let body = told.json();
    assert_eq!((&body["errorType"], &body["errorMessage"]), (&json!("LookupError"), &json!("not here: ä")));
    assert_eq!(body["requestId"], "r-1");
    let line = body["stackTrace"][0].as_str().unwrap();
    let expected = format!(
        "  File \"{}/app.py\", line 7, in handler\n    raise LookupError(\"not here: ä\")\n",
        package.path().display()
    );
    assert_eq!(line, expected);
    let cause: Value = serde_json::from_str(told.header("Lambda-Runtime-Function-XRay-Error-Cause").unwrap()).unwrap();
    assert_eq!(cause["exceptions"][0]["stack"][0]["line"], 7);
    assert_eq!(cause["working_directory"], json!(std::env::current_dir().unwrap()));
    server.event("r-2", &[], br#"{"kind":"object"}"#);
    let body = error(&server, "r-2");
    assert_eq!(body["errorType"], "Runtime.MarshalError");
    assert!(body["errorMessage"].as_str().unwrap().starts_with("Unable to marshal response: "), "{body}");
    server.event("r-3", &[], b"{not json");
    let body = error(&server, "r-3");
    assert_eq!(body["errorType"], "Runtime.UnmarshalError");
    assert!(body["errorMessage"].as_str().unwrap().starts_with("Unable to unmarshal input: "), "{body}");
    server.event("r-4", &[], b"4");
    assert_eq!(result(&server, "r-4")["event"], 4);
    running.terminate();
    let (code, stdout, _) = running.ended();
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains("[ERROR] LookupError: not here: ä\rTraceback (most recent call last):\r\u{a0}\u{a0}File"),
        "{stdout}"
    );
}

#[test]
fn large_payloads_pass_and_a_refused_answer_is_survived() {
    let Some(python) = python() else { return };
    let (server, package) = (Server::start(Manner::Length), package(&[("app.py", PYTHON)]));
    let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
    let text = "y".repeat((6 << 20) - 2);
    server.event("r-1", &[], json!(text).to_string().as_bytes());
    assert_eq!(result(&server, "r-1")["event"], json!(text));
    server.answers(413);
    server.event("r-2", &[], br#"{"kind":"large","size":7000000}"#);
    assert_eq!(result(&server, "r-2").as_str().unwrap().len(), 7_000_000);
    server.answers(202);
    server.event("r-3", &[], b"{}");
    result(&server, "r-3");
    running.terminate();
    let (code, _, stderr) = running.ended();
    assert_eq!(code, Some(0));
    assert!(stderr.contains("the response for request r-2 was not taken (413)"), "{stderr}");
}

#[test]
fn what_was_started_ends_with_the_launcher_however_that_ends() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", PYTHON)]);
    for concurrency in ["1", "2"] {
        let server = Server::start(Manner::Length);
        let mut command = launcher(&server, package.path(), "app.handler", Some(&python));
        command.env("AWS_LAMBDA_MAX_CONCURRENCY", concurrency);
        let running = Running::start(command);
        server.event("r-1", &[], b"{}");
        let pid = result(&server, "r-1")["pid"].as_u64().unwrap();
        // Killed.
        drop(running);
        let begun = std::time::Instant::now();
        while std::path::Path::new(&format!("/proc/{pid}/cwd")).exists() {
            assert!(begun.elapsed() < Duration::from_secs(5), "{pid} is left");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn a_process_that_ends_is_told_and_ends_the_launcher() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", PYTHON)]);
    for (event, code, text) in [
        (r#"{"kind":"exit","code":4}"#, 4, "Runtime exited with error: exit status 4"),
        (r#"{"kind":"exit","code":0}"#, 1, "Runtime exited without providing a reason"),
        (r#"{"kind":"kill"}"#, 137, "Runtime exited with error: signal: killed"),
    ] {
        let server = Server::start(Manner::Length);
        let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
        server.event("r-1", &[], event.as_bytes());
        let body = error(&server, "r-1");
        assert_eq!(
            body,
            json!({"errorType": "Runtime.ExitError", "errorMessage": format!("RequestId: r-1 Error: {text}")})
        );
        assert_eq!(running.ended().0, Some(code), "{event}");
    }
}

#[test]
fn a_function_in_python_that_cannot_start_is_told_in_awss_words() {
    let Some(python) = python() else { return };
    let cases = [
        (
            "app.handler",
            "import absent",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'absent'",
        ),
        ("other.handler", "", "Runtime.ImportModuleError", "Unable to import module 'other': No module named 'other'"),
        ("app.missing", "", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
        (
            "app",
            "",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "app.handler",
            "def handler(:",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': invalid syntax (app.py, line 1)",
        ),
        ("app.handler", "raise KeyError('k')", "KeyError", "'k'"),
    ];
    for (handler, text, kind, message) in cases {
        let (server, package) = (Server::start(Manner::Length), package(&[("app.py", text)]));
        let mut command = launcher(&server, package.path(), handler, Some(&python));
        command.env("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11");
        let running = Running::start(command);
        let told = server.asked();
        assert_eq!(told.call(), "POST init/error");
        assert_eq!(told.header("Lambda-Runtime-Function-Error-Type"), Some(kind));
        let body = told.json();
        assert_eq!((&body["errorType"], &body["errorMessage"]), (&json!(kind), &json!(message)));
        assert!(body["stackTrace"].is_array(), "{body}");
        let (code, stdout, _) = running.ended();
        assert_eq!(code, Some(1));
        assert!(stdout.contains(&format!("[ERROR] {kind}: {message}")), "{stdout}");
        assert!(server.is_quiet(Duration::from_millis(20)));
    }
}

#[test]
fn a_handler_in_node_is_served_and_its_errors_told_in_awss_words() {
    let Some(node) = node() else { return };
    let (server, package) = (Server::start(Manner::Length), package(&[("index.js", NODE)]));
    let running = Running::start(launcher(&server, package.path(), "index.handler", Some(&node)));
    server.event("r-1", &[], br#"{"a":1}"#);
    assert_eq!(result(&server, "r-1"), json!({"event": {"a": 1}}));
    server.event(
        "r-2",
        &[
            ("Lambda-Runtime-Trace-Id", "Root=1"),
            ("Lambda-Runtime-Client-Context", r#"{"custom":{"a":"b"}}"#),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn"),
        ],
        br#"{"kind":"context"}"#,
    );
    assert_eq!(result(&server, "r-2"), json!({"id": "r-2", "arn": "arn", "trace": "Root=1", "custom": {"a": "b"}}));
    server.event("r-3", &[], br#"{"kind":"raise"}"#);
    let body = error(&server, "r-3");
    assert_eq!((&body["errorType"], &body["errorMessage"]), (&json!("TypeError"), &json!("not here: ä")));
    assert_eq!(body["trace"][0], "TypeError: not here: ä");
    assert!(body["trace"][1].as_str().unwrap().starts_with("    at "), "{body}");
    server.event("r-4", &[], br#"{"kind":"custom"}"#);
    assert_eq!(error(&server, "r-4")["errorType"], "Error");
    server.event("r-5", &[], br#"{"kind":"bigint"}"#);
    assert_eq!(error(&server, "r-5")["errorType"], "Runtime.JSONStringifyError");
    server.event("r-6", &[], br#"{"kind":"exit"}"#);
    assert_eq!(error(&server, "r-6")["errorType"], "Runtime.ExitError");
    let (code, stdout, _) = running.ended();
    assert_eq!(code, Some(7));
    assert!(stdout.contains("\tr-3\tERROR\tInvoke Error \t{"), "{stdout}");
}

#[test]
fn a_function_in_node_that_cannot_start_is_told_in_awss_words() {
    let Some(node) = node() else { return };
    let cases = [
        ("index.handler", "require('absent')", "Runtime.ImportModuleError", "Error: Cannot find module 'absent'"),
        ("other.handler", "", "Runtime.ImportModuleError", "Error: Cannot find module 'other'"),
        ("index.missing", "", "Runtime.HandlerNotFound", "index.missing is undefined or not exported"),
        ("index.handler", "exports.handler = 1", "Runtime.HandlerNotFound", "index.handler is not a function"),
        ("index", "", "Runtime.MalformedHandlerName", "Bad handler"),
        (
            "index.handler",
            "let let = 1",
            "Runtime.UserCodeSyntaxError",
            "SyntaxError: let is disallowed as a lexically bound name",
        ),
        ("index.handler", "throw new RangeError('no')", "RangeError", "no"),
    ];
    for (handler, text, kind, message) in cases {
        let (server, package) = (Server::start(Manner::Length), package(&[("index.js", text)]));
        let mut command = launcher(&server, package.path(), handler, Some(&node));
        command.env("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
        let running = Running::start(command);
        let told = server.asked();
        assert_eq!(told.call(), "POST init/error");
        let body = told.json();
        // Node adds who required it.
        let first = body["errorMessage"].as_str().unwrap().lines().next();
        assert_eq!((body["errorType"].as_str(), first), (Some(kind), Some(message)));
        assert!(body["trace"].is_array(), "{body}");
        assert_eq!(running.ended().0, Some(1));
    }
}

#[test]
fn a_handler_library_is_served_without_another_process() {
    let source = r#"
        #include "headstart.h"
        #include <string.h>
        #include <stdlib.h>
        uint32_t headstart_abi_version(void) { return HEADSTART_ABI_VERSION; }
        static char error[] = "no", result[] = "{\"n\": 1}", broken[] = "{";
        int32_t handler(const headstart_event *event, headstart_reply *reply) {
            int fails = event->payload[0] == '1', breaks = event->payload[0] == '2';
            if (event->payload[0] == '3') exit(3);
            reply->data = (uint8_t *)(fails ? error : breaks ? broken : result);
            reply->length = strlen((char *)reply->data);
            return fails;
        }
    "#;
    let Some(package) = library(source) else { return };
    let server = Server::start(Manner::Length);
    let running = Running::start(launcher(&server, package.path(), "libfn.handler", None));
    server.event("r-1", &[], b"{}");
    assert_eq!(result(&server, "r-1"), json!({"n": 1}));
    server.event("r-2", &[], b"1");
    assert_eq!(error(&server, "r-2"), json!({"errorType": "Error", "errorMessage": "no"}));
    server.event("r-3", &[], b"2");
    assert_eq!(error(&server, "r-3")["errorType"], "Runtime.MarshalError");
    let tasks = std::fs::read_dir(format!("/proc/{}/task", running.pid())).unwrap().count();
    assert_eq!(tasks, 1);
    running.terminate();
    assert_eq!(running.ended().0, Some(0));
    let server = Server::start(Manner::Length);
    let running = Running::start(launcher(&server, package.path(), "libfn.absent", None));
    assert_eq!(server.asked().json()["errorType"], "Runtime.HandlerNotFound");
    assert_eq!(running.ended().0, Some(1));
}

const HOOKS: &str = r#"
import sys, types
before, after = [], []
snapshots = types.ModuleType("snapshot_restore_py")
snapshots.get_before_snapshot = lambda: before
snapshots.get_after_restore = lambda: after
sys.modules["snapshot_restore_py"] = snapshots
done = []

def note(name, fails=False):
    done.append(name)
    if fails:
        raise ValueError(name)

import os
failing = os.environ.get("FAILING", "")
before.append((note, ("before 1",), {}))
before.append((note, ("before 2", failing == "before"), {}))
after.append((note, ("after 1", failing == "after"), {}))
after.append((note, ("after 2",), {}))

def handler(event, context):
    return done
"#;

#[test]
fn hooks_run_around_a_snapshot_in_order() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", HOOKS)]);
    let start = |failing: &str| {
        let server = Server::start(Manner::Length);
        let mut command = launcher(&server, package.path(), "app.handler", Some(&python));
        command.env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start").env("FAILING", failing);
        (Running::start(command), server)
    };
    let (_running, server) = start("");
    assert_eq!(server.asked().call(), "GET restore/next");
    assert_eq!(server.asked().call(), "GET invocation/next");
    server.event("r-1", &[], b"{}");
    assert_eq!(result(&server, "r-1"), json!(["before 2", "before 1", "after 1", "after 2"]));
    let (running, server) = start("before");
    let told = server.asked();
    assert_eq!(told.call(), "POST init/error");
    assert_eq!(told.header("Lambda-Runtime-Function-Error-Type"), Some("Runtime.BeforeSnapshotError"));
    assert_eq!(told.json()["errorType"], "ValueError");
    assert_eq!(running.ended().0, Some(64));
    let (running, server) = start("after");
    assert_eq!(server.asked().call(), "GET restore/next");
    let told = server.asked();
    assert_eq!(told.call(), "POST restore/error");
    assert_eq!(told.header("Lambda-Runtime-Function-Error-Type"), Some("Runtime.AfterRestoreError"));
    assert_eq!(running.ended().0, Some(65));
}

#[test]
fn a_request_to_end_lets_hooks_run_and_does_not_wait_for_a_handler_that_hangs() {
    let Some(python) = python() else { return };
    let hooks = "import sys, types\nhooks = types.ModuleType('headstart._hooks')\nhooks.registry = {'shutdown': [lambda: print('hook ran')]}\nsys.modules['headstart._hooks'] = hooks\n";
    let package = package(&[("app.py", &(PYTHON.to_owned() + hooks))]);
    let (server, begun) = (Server::start(Manner::Length), std::time::Instant::now());
    let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
    server.asked();
    running.terminate();
    let (code, stdout, _) = running.ended();
    assert_eq!((code, stdout.as_str()), (Some(0), "hook ran\n"));
    let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
    server.event("r-1", &[], br#"{"kind":"sleep","seconds":60}"#);
    server.asked();
    std::thread::sleep(Duration::from_millis(100));
    running.terminate();
    assert_eq!(running.ended().0, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[test]
fn several_events_are_handled_at_once_after_one_import() {
    let Some(python) = python() else { return };
    let app = PYTHON.to_owned() + "\nopen(os.environ['IMPORTS'], 'a').write('x')\n";
    let package = package(&[("app.py", &app)]);
    let (server, imports) = (Server::start(Manner::Length), package.path().join("imports"));
    let mut command = launcher(&server, package.path(), "app.handler", Some(&python));
    command.env("AWS_LAMBDA_MAX_CONCURRENCY", "4").env("IMPORTS", &imports);
    let running = Running::start(command);
    for _ in 0..4 {
        assert_eq!(server.asked().call(), "GET invocation/next");
    }
    for number in 0..4 {
        server.event(&format!("r-{number}"), &[], br#"{"kind":"sleep","seconds":0.3}"#);
    }
    let begun = std::time::Instant::now();
    let pids: std::collections::HashSet<_> = (0..4).map(|_| server.told().json()["pid"].as_u64().unwrap()).collect();
    assert_eq!(pids.len(), 4);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(std::fs::read_to_string(&imports).unwrap(), "x");
    // One that ends is replaced, and so is that which ends with its first event: five more ends leave four instances.
    for number in 20..25 {
        let id = format!("r-{number}");
        server.event(&id, &[], br#"{"kind":"kill"}"#);
        assert_eq!(error(&server, &id)["errorType"], "Runtime.ExitError");
    }
    server.event("r-5", &[], br#"{"kind":"kill"}"#);
    assert_eq!(error(&server, "r-5")["errorType"], "Runtime.ExitError");
    for number in 6..10 {
        server.event(&format!("r-{number}"), &[], br#"{"kind":"sleep","seconds":0.3}"#);
    }
    let again: std::collections::HashSet<_> = (0..4).map(|_| server.told().json()["pid"].as_u64().unwrap()).collect();
    assert_eq!(again.len(), 4);
    running.terminate();
    assert_eq!(running.ended().0, Some(0));
    for pid in pids.iter().chain(&again) {
        assert!(!std::path::Path::new(&format!("/proc/{pid}/cwd")).exists(), "{pid} is left");
    }
}

#[test]
fn a_thread_of_the_import_has_the_function_started_once_for_each() {
    let Some(python) = python() else { return };
    let app = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        .to_owned()
        + PYTHON;
    let (server, package) = (Server::start(Manner::Length), package(&[("app.py", &app)]));
    let mut command = launcher(&server, package.path(), "app.handler", Some(&python));
    command.env("AWS_LAMBDA_MAX_CONCURRENCY", "2");
    let running = Running::start(command);
    assert_eq!([server.asked().call(), server.asked().call()], ["GET invocation/next", "GET invocation/next"]);
    running.terminate();
    let (code, _, stderr) = running.ended();
    assert_eq!(code, Some(0));
    assert!(stderr.contains("the function is started anew for each event"), "{stderr}");
}

#[test]
fn a_wrapper_runs_what_it_can_and_steps_aside_for_the_rest() {
    let Some(python) = python() else { return };
    let server = Server::start(Manner::Length);
    let good = package(&[("app.py", PYTHON)]);
    let mut command = launcher(&server, good.path(), "app.handler", None);
    command.arg(&python).arg("/var/runtime/bootstrap.py");
    let running = Running::start(command);
    server.event("r-1", &[], b"{}");
    result(&server, "r-1");
    drop(running);
    let bad = package(&[("app.py", "undefined_name"), ("original.py", "print('original runs')")]);
    let mut command = launcher(&server, bad.path(), "app.handler", None);
    command.arg(&python).arg(bad.path().join("original.py"));
    let (code, stdout, stderr) = Running::start(command).ended();
    assert_eq!((code, stdout.as_str()), (Some(0), "original runs\n"));
    assert!(stderr.contains("the function runs without Headstart: NameError"), "{stderr}");
    let mut command = launcher(&server, good.path(), "app.handler", None);
    command.arg("/bin/echo").arg("other runtime");
    let (code, stdout, stderr) = Running::start(command).ended();
    assert_eq!((code, stdout.as_str()), (Some(0), "other runtime\n"));
    assert!(stderr.contains("neither Python nor Node"), "{stderr}");
}

#[test]
fn a_server_that_is_not_there_or_speaks_otherwise_ends_the_launcher_with_one_sentence() {
    let Some(python) = python() else { return };
    let package = package(&[("app.py", PYTHON)]);
    let mut server = Server::start(Manner::Length);
    let garbage = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = garbage.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in garbage.incoming().flatten() {
            std::io::Write::write_all(&mut stream, b"SSH-2.0-OpenSSH\r\n\r\n").unwrap();
        }
    });
    for address in [address, "127.0.0.1:1".into()] {
        server.address = address;
        let running = Running::start(launcher(&server, package.path(), "app.handler", Some(&python)));
        let (code, _, stderr) = running.ended();
        assert_eq!(code, Some(1), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains("Lambda Runtime API"), "{stderr}");
    }
    let mut command = launcher(&server, package.path(), "app.handler", Some(&python));
    command.env_remove("AWS_LAMBDA_RUNTIME_API");
    let (code, _, stderr) = Running::start(command).ended();
    assert_eq!((code, stderr.contains("AWS_LAMBDA_RUNTIME_API is not set")), (Some(1), true), "{stderr}");
}
