//! Workers that speak other platforms' protocols, played by a script of ours.
#![cfg(feature = "platforms")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::adapters;
use headstart::host::Request;
use headstart::instance::{Command, Tier};
use headstart::{Code, Deadline, Error, Function, FunctionId, Host, Prewarm};
use serde_json::{Value, json};
use std::time::Duration;
use support::{host, python_tests, testdata};
use tempfile::{NamedTempFile, TempDir};

const SOON: Duration = Duration::from_secs(10);

struct Setting {
    host: Host,
    function: FunctionId,
    _state: TempDir,
}

impl Setting {
    /// A function whose workers speak `protocol`, played by `part`.
    async fn of(protocol: &str, part: &str) -> Self {
        Self::with(protocol, part, |function| function).await
    }

    async fn with(protocol: &str, part: &str, change: impl FnOnce(Function) -> Function) -> Self {
        let state = tempfile::tempdir().unwrap();
        let host = host(state.path()).build().await.unwrap();
        let command = Command { program: None, arguments: vec!["server.py".into(), part.into()] };
        let protocol = adapters::protocol(protocol, Some(command)).unwrap().unwrap();
        let function = Function::from_dir(testdata().join("platforms"), "action.main").name("told").runtime("python");
        let function = host.register(change(function.protocol(protocol))).await.unwrap();
        Self { host, function, _state: state }
    }

    async fn invoke(&self, event: Value) -> Result<Value, Error> {
        let context = json!({"request_id": "id-1"});
        let request = Request::new(event.to_string()).context(context).deadline(Deadline::after(SOON));
        let reply = self.host.invoke_request(&self.function, request).await?;
        Ok(serde_json::from_slice(reply.payload()).unwrap())
    }

    async fn value(&self, event: Value) -> Value {
        let written = |error: &Error| error.output().map(|it| String::from_utf8_lossy(&it.stderr).into_owned());
        self.invoke(event).await.unwrap_or_else(|error| panic!("{error:?}: {:?}", written(&error)))
    }

    async fn refusal(&self, event: Value) -> (Code, String, Option<String>) {
        let error = self.invoke(event).await.unwrap_err();
        let kind = error.exception().map(|exception| exception.type_name.clone()).filter(|kind| !kind.is_empty());
        (error.code(), error.message().to_owned(), kind)
    }
}

/// An event as API Gateway has it.
fn request(method: &str, path: &str) -> Value {
    json!({"requestContext": {"http": {"method": method}}, "rawPath": path, "headers": {"X-A": "1"}})
}

python_tests! {
    async fn a_plain_server_gets_requests_and_events() {
        let setting = Setting::of("knative", "knative").await;
        let answer = setting.value(request("PUT", "/a?b=1")).await;
        assert_eq!(answer["statusCode"], 200);
        let told: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!((&told["path"], &told["method"], &told["service"]), (&json!("/a?b=1"), &json!("PUT"), &json!("told")));
        let posted = setting.value(json!({"n": 1})).await;
        assert_eq!((&posted["path"], &posted["body"]), (&json!("/"), &json!("{\"n\":1}")));
        let refused = setting.value(request("GET", "/refuse")).await;
        assert_eq!((&refused["statusCode"], &refused["headers"]["x-why"]), (&json!(418), &json!("tea")));
        let failed = setting.refusal(json!({"fail": "no"})).await;
        assert_eq!(failed, (Code::FunctionRaised, "no".into(), Some("HTTP 500".into())));
        assert_eq!(setting.refusal(request("GET", "/large")).await.0, Code::PayloadTooLarge);
        let impossible = json!({"requestContext": {"http": {"method": "G T"}}});
        assert_eq!(setting.refusal(impossible).await.0, Code::PayloadInvalidJson);
        let event = json!({"specversion": "1.0", "type": "t", "id": "1", "source": "s"});
        assert_eq!(setting.value(event).await["headers"]["content-type"], "application/cloudevents+json");
    }

    async fn what_no_message_holds_is_an_error_of_the_event_only() {
        let setting = Setting::of("knative", "knative").await;
        assert_eq!(setting.refusal(request("GET", "/binary")).await.0, Code::PayloadTooLarge, "6.7 MiB in base64");
        let (code, message, _) = setting.refusal(json!({"fail": "x".repeat(2 << 20)})).await;
        assert!(code == Code::FunctionRaised && message.starts_with('x'), "{code}: {}", message.len());
        let again = setting.host.invoke(&setting.function, request("GET", "/").to_string(), SOON).await.unwrap();
        assert_eq!(again.tier(), Tier::Warm, "it is the same worker");
    }

    async fn a_server_that_ends_or_hangs_ends_its_event_only() {
        let setting = Setting::of("knative", "knative").await;
        assert_eq!(setting.refusal(json!({"exit": 3})).await.0, Code::WorkerExited);
        let within = Duration::from_millis(600);
        let late = setting.host.invoke(&setting.function, r#"{"sleep": 9}"#, within).await.unwrap_err();
        assert_eq!(late.code(), Code::TimedOut);
        setting.value(json!({})).await;
        setting.host.prewarm(&setting.function, Prewarm::frozen(1)).await.unwrap();
        setting.host.retire(&setting.function).unwrap();
        setting.host.prewarm(&setting.function, Prewarm::frozen(1)).await.unwrap();
        let reply = setting.host.invoke(&setting.function, "{}", SOON).await.unwrap();
        assert_eq!(reply.tier(), Tier::Frozen);
    }

    async fn a_server_that_never_listens_has_the_init_timeout() {
        let state = tempfile::tempdir().unwrap();
        let host = host(state.path()).build().await.unwrap();
        let command = Command { program: None, arguments: vec!["-c".into(), "import time; time.sleep(60)".into()] };
        let protocol = adapters::protocol("knative", Some(command)).unwrap().unwrap();
        let function = Function::from_dir(testdata().join("platforms"), "action.main").runtime("python");
        let function = function.protocol(protocol).init_timeout(Duration::from_millis(500));
        let function = host.register(function).await.unwrap();
        let error = host.invoke(&function, "{}", SOON).await.unwrap_err();
        assert_eq!(error.code(), Code::WorkerInitTimedOut);
    }

    async fn function_compute_is_spoken() {
        let note = NamedTempFile::new().unwrap();
        let noted = |function: Function| function.env("NOTE", note.path().display().to_string());
        let setting = Setting::with("function-compute", "function-compute", noted).await;
        let told = setting.value(json!({"n": 1})).await;
        assert_eq!(told["event"], json!({"n": 1}));
        assert_eq!(
            told["headers"],
            json!({"request-id": "id-1", "function-name": "told", "function-handler": "action.main"})
        );
        assert_eq!(told["seen"], json!(["POST /initialize", "POST /invoke"]));
        let answer = setting.value(request("GET", "/page")).await;
        assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(201), &json!("{\"path\": \"/page\", \"control\": \"/http-invoke\"}")));
        let failed = setting.refusal(json!({"fail": "no"})).await;
        assert_eq!(failed, (Code::FunctionRaised, "no".into(), Some("Refused".into())));
        setting.host.prewarm(&setting.function, Prewarm::frozen(1)).await.unwrap();
        assert_eq!(std::fs::read_to_string(note.path()).unwrap(), "/pre-freeze\n");
        setting.host.stop(Duration::from_secs(5)).await;
        let noted = std::fs::read_to_string(note.path()).unwrap();
        assert!(noted.ends_with("/pre-stop\nSIGTERM\n"), "{noted}");
        let failing = Setting::with("function-compute", "function-compute", |it| it.env("FAILS", "yes")).await;
        let failed = failing.refusal(json!({})).await;
        assert_eq!(failed, (Code::ImportFailed, "no database".into(), Some("InitError".into())));
    }

    async fn fission_is_spoken_in_both_versions() {
        let setting = Setting::of("fission", "fission").await;
        let answer = setting.value(request("GET", "/a")).await;
        let told: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(told["specialized"]["functionName"], "action.main");
        assert_eq!(told["specialized"]["filepath"], testdata().join("platforms").to_str().unwrap());
        let old = Setting::of("fission", "fission-1").await;
        assert_eq!(old.value(json!({})).await["seen"], json!(["POST /v2/specialize", "POST /specialize", "POST /"]));
    }

    async fn openwhisk_is_spoken() {
        let setting = Setting::of("openwhisk", "openwhisk").await;
        let told = setting.value(json!({"n": 1})).await;
        assert_eq!((&told["event"], &told["main"]), (&json!({"n": 1}), &json!("main")));
        assert_eq!((&told["named"]["action_name"], &told["named"]["activation_id"]), (&json!("/_/told"), &json!("id-1")));
        assert_eq!(setting.refusal(json!({"fail": "no"})).await, (Code::FunctionRaised, "no".into(), None));
        assert_eq!(setting.refusal(json!({"text": 1})).await.0, Code::ResultNotJson);
        // From the second on it is known that it says where an event's log ends.
        for (log, expected) in [("one", None), ("two", Some("two\nlate\n")), ("three", Some("three\nlate\n"))] {
            let request = Request::new(json!({"log": log}).to_string()).deadline(Deadline::after(SOON));
            let reply = setting.host.invoke_request(&setting.function, request).await.unwrap();
            let stdout = String::from_utf8_lossy(&reply.output().stdout).into_owned();
            assert!(expected.is_none_or(|expected| stdout == expected), "{stdout}");
            assert!(!stdout.contains("WHISK"), "{stdout}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let broken = Setting::with("openwhisk", "openwhisk", |function| function.entry("broken.main")).await;
        let failed = broken.refusal(json!({})).await;
        assert_eq!((failed.0, failed.1.contains("failed to generate")), (Code::ImportFailed, true));
        let absent = Setting::with("openwhisk", "openwhisk", |function| function.entry("absent.main")).await;
        assert!(absent.refusal(json!({})).await.1.contains("absent"));
    }

    async fn our_own_launcher_is_a_runtime_of_scf() {
        let tests = std::env::current_exe().unwrap();
        let launcher = tests.ancestors().nth(2).unwrap().join("headstart-native-launcher");
        if !launcher.is_file() {
            println!("skipped: the native launcher was not built");
            return;
        }
        let (package, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let source = "def handler(event, context):\n    return {'event': event, 'id': context.aws_request_id, 'n': 1 / event['n']}";
        std::fs::write(package.path().join("app.py"), source).unwrap();
        let command = Command { program: Some(launcher), arguments: vec!["lambda".into(), "app.handler".into()] };
        let function = Function::from_dir(package.path(), "app.handler")
            .protocol(adapters::protocol("scf", Some(command)).unwrap().unwrap())
            .env("HEADSTART_LAUNCHERS", testdata().join("../runtimes").display().to_string());
        let host = host(state.path()).build().await.unwrap();
        let function = host.register(function).await.unwrap();
        let setting = Setting { host, function, _state: state };
        assert_eq!(setting.value(json!({"n": 1})).await, json!({"event": {"n": 1}, "id": "id-1", "n": 1.0}));
        let (code, _, kind) = setting.refusal(json!({"n": 0})).await;
        assert_eq!((code, kind.as_deref()), (Code::FunctionRaised, Some("ZeroDivisionError")));
        assert_eq!(setting.value(json!({"n": 2})).await["n"], 0.5);
    }

    async fn scf_is_spoken() {
        let setting = Setting::with("scf", "scf", |function| function.memory_limit(512 << 20)).await;
        let told = setting.value(json!({"n": 1})).await;
        assert_eq!((&told["event"], &told["headers"]["request_id"]), (&json!({"n": 1}), &json!("id-1")));
        assert_eq!(told["headers"]["memory_limit_in_mb"], "512");
        let failed = setting.refusal(json!({"fail": "no"})).await;
        assert_eq!(failed, (Code::FunctionRaised, "no".into(), Some("Refused".into())));
        assert_eq!(setting.value(json!({"n": 2})).await["event"], json!({"n": 2}));
    }
}
