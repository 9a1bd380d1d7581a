//! What our launcher and awslambdaric say to the same Runtime API on the same events, compared word by word.

use crate::functions::Function;
use crate::interpreters;
use crate::lambda::runtimes::Runtime;
use crate::lambda::server::{Asked, Manner, Server};
use crate::python;
use crate::shell::{Outcome, about, target};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One function, and what it is given.
struct Scenario {
    name: &'static str,
    app: &'static str,
    handler: &'static str,
    environment: &'static [(&'static str, &'static str)],
    /// Headers and payload.
    events: &'static [(&'static [(&'static str, &'static str)], &'static str)],
}

const ECHO: &str = "def handler(event, context):\n    return event\n";
const RAISES: &str = "def handler(event, context):\n    raise ValueError('no: \\u00e4')\n";
const CONTEXT: &str = "\
import os
def handler(event, context):
    client, identity = context.client_context, context.identity
    return [context.aws_request_id, context.invoked_function_arn, context.function_name, context.function_version,
            context.memory_limit_in_mb, context.log_group_name, context.log_stream_name, context.tenant_id,
            client and client.custom, client and client.client.app_title, identity.cognito_identity_id,
            os.environ.get('_X_AMZN_TRACE_ID'), context.get_remaining_time_in_millis() > 1000]
";
const HOOKS: &str = "\
from snapshot_restore_py import register_after_restore, register_before_snapshot
import os
done = []
def hook(name):
    done.append(name)
    if os.environ.get('FAILS') == name:
        raise ValueError(name)
register_before_snapshot(hook, 'before')
register_after_restore(hook, 'after')
def handler(event, context):
    return done
";
const SNAP_START: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
const HEADERS: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:f"),
    ("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"),
    ("Lambda-Runtime-Client-Context", r#"{"custom":{"a":"b"},"client":{"app_title":"t"}}"#),
    ("Lambda-Runtime-Cognito-Identity", r#"{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}"#),
    ("Lambda-Runtime-Aws-Tenant-Id", "tenant"),
];
const PLAIN: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:f"),
];
const BROKEN: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
    ("Lambda-Runtime-Client-Context", "{"),
];
/// For functions of which no file tells the language.
const PYTHON: (&str, &str) = ("HEADSTART_RUNTIME", "python");

const fn scenario(
    name: &'static str,
    app: &'static str,
    handler: &'static str,
    environment: &'static [(&'static str, &'static str)],
    events: &'static [(&'static [(&'static str, &'static str)], &'static str)],
) -> Scenario {
    Scenario { name, app, handler, environment, events }
}

const SCENARIOS: &[Scenario] = &[
    scenario(
        "results",
        ECHO,
        "app.handler",
        &[],
        &[(PLAIN, "{\"a\": [1, 2.5, null, true]}"), (PLAIN, "\"\u{e4}\""), (PLAIN, "7")],
    ),
    scenario("context", CONTEXT, "app.handler", &[], &[(HEADERS, "{}"), (PLAIN, "{}")]),
    scenario("error", RAISES, "app.handler", &[], &[(PLAIN, "{}"), (PLAIN, "{}")]),
    scenario(
        "no JSON out",
        "def handler(event, context):\n    return object()\n",
        "app.handler",
        &[],
        &[(PLAIN, "{}")],
    ),
    scenario("no JSON in", ECHO, "app.handler", &[], &[(PLAIN, "{"), (PLAIN, "1")]),
    scenario("broken client context", ECHO, "app.handler", &[], &[(BROKEN, "1")]),
    scenario("no module", "", "absent.handler", &[PYTHON], &[]),
    scenario("no import", "import absent", "app.handler", &[], &[]),
    scenario("no handler", "", "app.absent", &[], &[]),
    scenario("malformed handler", "", "app", &[PYTHON], &[]),
    scenario("syntax error", "def handler(:\n", "app.handler", &[], &[]),
    scenario("import raises", "raise KeyError('k')\n", "app.handler", &[], &[]),
    scenario("snapshot", HOOKS, "app.handler", &[SNAP_START], &[(PLAIN, "{}")]),
    scenario("before snapshot", HOOKS, "app.handler", &[SNAP_START, ("FAILS", "before")], &[]),
    scenario("after restore", HOOKS, "app.handler", &[SNAP_START, ("FAILS", "after")], &[]),
];

/// What differs, and is told in `docs/guides/on-lambda.md`: in which scenarios, all where none is named, and what.
const DOCUMENTED: &[(&[&str], &str)] = &[
    (&[], "header lambda-runtime-function-error-type"),
    (&[], "header content-type"),
    (&[], "body stackTrace"),
    (&[], "header lambda-runtime-function-xray-error-cause"),
    // The words of what reads and writes JSON.
    (&["no JSON out", "no JSON in", "broken client context"], "body errorMessage"),
];

pub(super) fn run(launcher: &Path) -> Outcome {
    let mut wrong = Vec::new();
    for scenario in SCENARIOS {
        let directory = target().join("conformance/traffic");
        crate::shell::empty(&directory)?;
        let app = directory.join("app.py");
        std::fs::write(&app, scenario.app).map_err(|error| about(&app, &error))?;
        let function = Function {
            language: "python",
            name: scenario.name.to_owned(),
            package: directory,
            interpreter: Some(python::bare(&interpreters::python()?)?),
        };
        let theirs = Runtime::awss(&function, scenario.handler)?.ok_or("awslambdaric is missing")?;
        // It brings the package for hooks around snapshots.
        let ours = Runtime::ours(&function, scenario.handler, launcher, None)?.beside(&theirs);
        let (theirs, ours) = (traffic(scenario, &theirs)?, traffic(scenario, &ours)?);
        let found = differences(scenario, &theirs, &ours);
        println!("compared: {}: {} calls, {} differences that are documented", scenario.name, ours.1.len(), found.0);
        wrong.extend(found.1.into_iter().map(|it| format!("{}: {it}", scenario.name)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The exit code, where it ended by itself, and what it asked.
type Traffic = (Option<i32>, Vec<Asked>);

fn traffic(scenario: &Scenario, runtime: &Runtime) -> Outcome<Traffic> {
    let server = Server::start(Manner::Length);
    let started = runtime.start(&server, scenario.environment)?;
    let mut all = Vec::new();
    for (number, (headers, payload)) in scenario.events.iter().enumerate() {
        server.event(&format!("request-{number}"), headers, payload.as_bytes());
        loop {
            let asked = server.asked();
            let is_answer = asked.call().starts_with("POST");
            all.push(asked);
            if is_answer {
                break;
            }
        }
    }
    if !scenario.events.is_empty() {
        return Ok((None, all));
    }
    let code = started.ended();
    all.extend(server.rest());
    Ok((code, all))
}

/// How many differences are documented, and the others.
fn differences(scenario: &Scenario, theirs: &Traffic, ours: &Traffic) -> (usize, Vec<String>) {
    let calls = |traffic: &Traffic| traffic.1.iter().map(Asked::call).collect::<Vec<_>>();
    if theirs.0 != ours.0 || calls(theirs) != calls(ours) {
        let of = |traffic: &Traffic| format!("{:?}, exit code {:?}", calls(traffic), traffic.0);
        return (0, vec![format!("{} instead of {}", of(ours), of(theirs))]);
    }
    let (mut documented, mut wrong) = (0, Vec::new());
    for (theirs, ours) in theirs.1.iter().zip(&ours.1) {
        let (call, theirs, ours) = (ours.call(), aspects(theirs), aspects(ours));
        for aspect in theirs.keys().chain(ours.keys().filter(|it| !theirs.contains_key(*it))) {
            let (one, other) = (theirs.get(aspect), ours.get(aspect));
            if one == other {
                continue;
            }
            let is_here = |names: &[&str]| names.is_empty() || names.contains(&scenario.name);
            if call.ends_with("/error") && DOCUMENTED.iter().any(|(names, known)| is_here(names) && aspect == known) {
                documented += 1;
            } else {
                wrong.push(format!("{call}: {aspect} is {other:?} instead of {one:?}"));
            }
        }
    }
    (documented, wrong)
}

/// What a call consists of, as far as it means anything: headers of the protocol, and the body, field by field.
fn aspects(asked: &Asked) -> BTreeMap<String, String> {
    let is_meant = |name: &str| name == "content-type" || name.starts_with("lambda-runtime");
    let headers = asked.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone()));
    let mut aspects: BTreeMap<_, _> =
        headers.filter(|(name, _)| is_meant(name)).map(|(name, value)| (format!("header {name}"), value)).collect();
    match serde_json::from_slice::<Value>(&asked.body) {
        Ok(Value::Object(fields)) => {
            aspects.extend(fields.into_iter().map(|(name, value)| (format!("body {name}"), value.to_string())));
        }
        Ok(value) => drop(aspects.insert("body".to_owned(), value.to_string())),
        Err(_) => drop(aspects.insert("body".to_owned(), String::from_utf8_lossy(&asked.body).into_owned())),
    }
    aspects
}
