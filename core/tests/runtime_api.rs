//! Workers that speak the AWS Lambda Runtime API: any program that does.
#![cfg(feature = "runtime-api")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::adapters::runtime_api::RuntimeApi;
use headstart::host::Request;
use headstart::instance::{Command, Tier};
use headstart::{Code, Deadline, Error, Function, FunctionId, Host, Prewarm, Reply};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{has, host, python_tests, testdata};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(10);

/// A host with one function whose worker is a script of ours that plays one part of a runtime.
struct Setting {
    host: Host,
    function: FunctionId,
    _state: TempDir,
}

impl Setting {
    async fn of(part: &str) -> Self {
        Self::with(part, RuntimeApi::new()).await
    }

    async fn with(part: &str, api: RuntimeApi) -> Self {
        let state = tempfile::tempdir().unwrap();
        let host = host(state.path()).build().await.unwrap();
        let function = host.register(function(part, api)).await.unwrap();
        Self { host, function, _state: state }
    }

    async fn invoke(&self, event: Value) -> Result<Reply, Error> {
        self.host.invoke(&self.function, event.to_string(), SOON).await
    }

    async fn value(&self, event: Value) -> Value {
        value(&self.invoke(event).await.unwrap())
    }
}

fn function(part: &str, api: RuntimeApi) -> Function {
    let arguments = vec!["runtime.py".to_owned(), part.to_owned()];
    Function::from_dir(testdata().join("runtime_api"), "app.handler")
        .runtime("python")
        .name("told")
        .protocol(Arc::new(api.command(Command { program: None, arguments })))
}

fn value(reply: &Reply) -> Value {
    serde_json::from_slice(reply.payload()).unwrap()
}

fn kind(error: &Error) -> Option<&str> {
    error.exception().map(|exception| exception.type_name.as_str())
}

python_tests! {
    async fn events_come_and_results_go() {
        let setting = Setting::of("echo").await;
        for number in 0..20 {
            let reply = setting.invoke(json!({"number": number})).await.unwrap();
            assert_eq!(value(&reply)["event"], json!({"number": number}));
            assert_eq!(reply.tier(), if number == 0 { Tier::Cold } else { Tier::Warm });
        }
    }

    async fn all_that_lambda_tells_is_told() {
        let setting = Setting::with("echo", RuntimeApi::new().region("eu-central-1").account("123456789012")).await;
        let context = json!({
            "request_id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "trace_id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
            "client_context": {"custom": {"ä": 1}},
            "identity": {"cognitoIdentityId": "x"},
        });
        let request = Request::new("{}").context(context.clone()).deadline(Deadline::after(SOON));
        let told = value(&setting.host.invoke_request(&setting.function, request).await.unwrap());
        let headers = &told["headers"];
        assert_eq!(headers["Lambda-Runtime-Aws-Request-Id"], context["request_id"]);
        assert_eq!(headers["Lambda-Runtime-Trace-Id"], context["trace_id"]);
        assert_eq!(headers["Lambda-Runtime-Invoked-Function-Arn"], "arn:aws:lambda:eu-central-1:123456789012:function:told");
        let inner = |name: &str| serde_json::from_str::<Value>(headers[name].as_str().unwrap()).unwrap();
        assert_eq!(inner("Lambda-Runtime-Client-Context"), context["client_context"]);
        assert_eq!(inner("Lambda-Runtime-Cognito-Identity"), context["identity"]);
        let left = told["left_ms"].as_i64().unwrap();
        assert!((5_000..=10_000).contains(&left), "{left}");
        let environment = &told["environment"];
        for (name, value) in [
            ("_HANDLER", "app.handler"),
            ("AWS_LAMBDA_FUNCTION_NAME", "told"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", "eu-central-1"),
            ("LAMBDA_TASK_ROOT", testdata().join("runtime_api").to_str().unwrap()),
        ] {
            assert_eq!(environment[name], value, "{name}");
        }
    }

    async fn an_error_is_the_functions_and_the_worker_goes_on() {
        let setting = Setting::of("echo").await;
        let error = setting.invoke(json!({"raise": "no"})).await.unwrap_err();
        assert_eq!(error.code(), Code::FunctionRaised);
        assert_eq!((kind(&error), error.message()), (Some("KeyError"), "no"));
        assert_eq!(error.exception().unwrap().trace, ["  File \"app.py\", line 3, in handler\n"]);
        let again = setting.invoke(json!({})).await.unwrap();
        assert_eq!(again.tier(), Tier::Warm);
    }

    async fn a_function_that_cannot_be_initialized_says_why() {
        let setting = Setting::of("init_error").await;
        let error = setting.invoke(json!({})).await.unwrap_err();
        assert_eq!(error.code(), Code::ImportFailed);
        assert_eq!((kind(&error), error.message()), (Some("Runtime.ImportModuleError"), "No module named 'gone'"));
        assert!(String::from_utf8_lossy(&error.output().unwrap().stderr).contains("about to fail"), "{error:?}");
    }

    async fn a_result_that_was_streamed_is_put_together() {
        let setting = Setting::of("stream").await;
        assert_eq!(setting.value(json!({})).await, json!({"pieces": 3}));
        let error = setting.invoke(json!({"break": true})).await.unwrap_err();
        assert_eq!((kind(&error), error.message()), (Some("Stream.Broken"), "half way"));
        assert_eq!(setting.invoke(json!({"cut": true})).await.unwrap_err().code(), Code::FunctionRaised);
        assert_eq!(setting.invoke(json!({"large": true})).await.unwrap_err().code(), Code::PayloadTooLarge);
        assert_eq!(setting.value(json!({})).await, json!({"pieces": 3}));
    }

    async fn a_result_that_is_streamed_can_be_read_as_it_comes() {
        let setting = Setting::of("stream").await;
        let (reader, mut read) = tokio::sync::mpsc::channel(1);
        let request = Request::new(r#"{"pause": 0.2}"#).read_pieces(reader).deadline(Deadline::after(SOON));
        let reading = tokio::spawn(async move {
            let mut pieces = Vec::new();
            while let Some(piece) = read.recv().await {
                pieces.push((String::from_utf8(piece).unwrap(), Instant::now()));
            }
            pieces
        });
        let reply = setting.host.invoke_request(&setting.function, request).await.unwrap();
        assert!(reply.payload().is_empty());
        let pieces = reading.await.unwrap();
        assert_eq!(pieces.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), ["{\"pie", "ces\"", ": 3}"]);
        assert!(pieces[2].1 - pieces[0].1 > Duration::from_millis(200), "they come as they are written");
        let (gone, _) = tokio::sync::mpsc::channel(1);
        let request = Request::new(r#"{"large": true}"#).read_pieces(gone).deadline(Deadline::after(SOON));
        setting.host.invoke_request(&setting.function, request).await.expect("nobody reads it, nobody minds");
    }

    async fn a_result_over_the_limit_is_refused() {
        let setting = Setting::of("echo").await;
        let error = setting.invoke(json!({"bytes": 7 << 20})).await.unwrap_err();
        assert_eq!(error.code(), Code::PayloadTooLarge);
        // What it was told: it says so with its next result.
        let told = setting.value(json!({})).await;
        assert_eq!((&told["last"][0], &told["last"][1]["errorType"]), (&json!(413), &json!("RequestEntityTooLarge")));
    }

    async fn what_is_asked_at_the_wrong_time_is_refused() {
        let setting = Setting::of("wrong").await;
        let told = setting.value(json!({})).await;
        let expected = json!({
            "response before an event": [403, "InvalidStateTransition"],
            "another event while one is handled": [403, "InvalidStateTransition"],
            "response to another": [400, "InvalidRequestID"],
            "init error after init": [403, "InvalidStateTransition"],
            "restore error without restore": [403, "InvalidStateTransition"],
            "no such call": [404, "NotFound"],
            "a path out": [404, "NotFound"],
            "another method": [405, "MethodNotAllowed"],
            "telemetry": [202, "Telemetry.NotSupported"],
            "a register after init": [403, "InvalidStateTransition"],
        });
        assert_eq!(told, expected);
        // The second answer to one event is refused too, and the next event is served.
        assert_eq!(setting.value(json!({})).await, json!({"second response": [403, "InvalidStateTransition"]}));
    }

    async fn extensions_are_told_of_events_and_of_the_end() {
        let setting = Setting::of("extension").await;
        let told = setting.value(json!({})).await;
        assert_eq!(told["registered"]["functionName"], "told");
        assert_eq!(told["told"]["eventType"], "INVOKE");
        assert_eq!(told["told"]["requestId"], told["id"]);
        assert_eq!(told["twice"], json!([403, "Extension.AlreadyRegistered"]));
        assert_eq!(told["unknown"], json!([403, "Extension.UnknownExtensionIdentifier"]));
        let note = tempfile::NamedTempFile::new().unwrap();
        setting.value(json!({"note": note.path()})).await;
        setting.host.stop(Duration::from_secs(5)).await;
        assert_eq!(std::fs::read_to_string(note.path()).unwrap(), "SHUTDOWN spindown, then SIGTERM");
    }

    async fn our_own_launcher_is_a_runtime_that_streams() {
        let tests = std::env::current_exe().unwrap();
        let launcher = tests.ancestors().nth(2).unwrap().join("headstart-native-launcher");
        if !launcher.is_file() || !has("node") {
            println!("skipped: the native launcher was not built, or there is no Node");
            return;
        }
        let package = tempfile::tempdir().unwrap();
        let source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => {
            if (event.http) stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
            for (const piece of event.pieces) { stream.write(piece); await new Promise((done) => setTimeout(done, 100)); }
            if (event.fail) throw new RangeError('half way');
            stream.end(event.end); });";
        std::fs::write(package.path().join("index.js"), source).unwrap();
        let command = Command { program: Some(launcher), arguments: vec!["lambda".into(), "index.handler".into()] };
        let runtimes = testdata().join("../runtimes");
        let state = tempfile::tempdir().unwrap();
        let host = host(state.path()).build().await.unwrap();
        let function = Function::from_dir(package.path(), "index.handler")
            .protocol(Arc::new(RuntimeApi::new().command(command)))
            .env("HEADSTART_LAUNCHERS", runtimes.display().to_string())
            .env("HEADSTART_RUNTIME", "nodejs");
        let function = host.register(function).await.unwrap();
        let read = async |event: Value| {
            let (reader, mut read) = tokio::sync::mpsc::channel(8);
            let request = Request::new(event.to_string()).read_pieces(reader).deadline(Deadline::after(SOON));
            let reading = tokio::spawn(async move {
                let (mut pieces, mut times) = (Vec::new(), Vec::new());
                while let Some(piece) = read.recv().await {
                    pieces.push(String::from_utf8(piece).unwrap());
                    times.push(Instant::now());
                }
                (pieces, times)
            });
            let answered = host.invoke_request(&function, request).await;
            let (pieces, times) = reading.await.unwrap();
            (answered, pieces.concat(), times)
        };
        let (answered, text, times) = read(json!({"pieces": ["a", "b"], "end": "c"})).await;
        answered.unwrap();
        assert_eq!(text, "abc");
        assert!(*times.last().unwrap() - times[0] > Duration::from_millis(100), "it comes as it is written");
        let (answered, text, _) = read(json!({"http": true, "pieces": ["body"], "end": ""})).await;
        answered.unwrap();
        assert_eq!(text, format!("{{\"statusCode\":201}}{}body", "\0".repeat(8)));
        let (answered, text, _) = read(json!({"pieces": ["a"], "fail": true})).await;
        let error = answered.unwrap_err();
        assert_eq!((text.as_str(), error.code(), kind(&error)), ("a", Code::FunctionRaised, Some("RangeError")));
        let (answered, text, _) = read(json!({"pieces": [], "end": "all at once"})).await;
        assert_eq!(text + &String::from_utf8_lossy(answered.unwrap().payload()), "all at once");
        host.stop(Duration::from_secs(2)).await;
    }

    async fn a_stem_has_initialized_before_the_event() {
        let setting = Setting::of("slow_init").await;
        setting.host.prewarm(&setting.function, Prewarm::stem(1)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(900)).await;
        let begun = Instant::now();
        let reply = setting.invoke(json!({})).await.unwrap();
        assert_eq!(reply.tier(), Tier::Stem);
        assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    }

    async fn a_frozen_worker_thaws_for_an_event() {
        let setting = Setting::of("echo").await;
        setting.host.prewarm(&setting.function, Prewarm::frozen(1)).await.unwrap();
        let pid = setting.host.report(&setting.function).unwrap().frozen[0].pid;
        let reply = setting.invoke(json!({"a": 1})).await.unwrap();
        assert_eq!((reply.tier(), reply.pid(), &value(&reply)["event"]), (Tier::Frozen, pid, &json!({"a": 1})));
    }

    async fn hooks_around_a_restore_run_in_order() {
        let setting = Setting::with("snap_start", RuntimeApi::new().snap_start()).await;
        setting.host.prewarm(&setting.function, Prewarm::warm(1)).await.unwrap();
        let told = setting.value(json!({})).await;
        assert_eq!(told, json!(["snap-start", "before", "after"]));
        let failing = Setting::with("restore_fails", RuntimeApi::new().snap_start()).await;
        let error = failing.invoke(json!({})).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::HookFailed, "no connection"));
    }

    async fn a_worker_that_ends_or_hangs_ends_its_event_only() {
        let setting = Setting::of("echo").await;
        let error = setting.invoke(json!({"exit": 3})).await.unwrap_err();
        assert_eq!(error.code(), Code::WorkerExited);
        assert!(error.to_string().contains("exit code 3"), "{error}");
        let within = Duration::from_millis(300);
        let error = setting.host.invoke(&setting.function, r#"{"hang": true}"#, within).await.unwrap_err();
        assert_eq!(error.code(), Code::TimedOut);
        assert_eq!(setting.invoke(json!({})).await.unwrap().tier(), Tier::Cold);
    }

    async fn one_that_never_asks_has_the_init_timeout() {
        let state = tempfile::tempdir().unwrap();
        let host = host(state.path()).build().await.unwrap();
        let silent = function("silent", RuntimeApi::new()).init_timeout(Duration::from_millis(700));
        let silent = host.register(silent).await.unwrap();
        let error = host.invoke(&silent, "{}", SOON).await.unwrap_err();
        assert_eq!(error.code(), Code::WorkerInitTimedOut);
    }

    async fn what_needs_a_launcher_is_refused_by_name() {
        let setting = Setting::of("echo").await;
        let zygote = setting.host.prewarm(&setting.function, Prewarm::zygote()).await.unwrap_err();
        assert_eq!(zygote.code(), Code::ZygoteNotSupported);
        let snapshot = setting.host.prewarm(&setting.function, Prewarm::snapshot()).await.unwrap_err();
        assert_eq!(snapshot.code(), Code::SnapshotRefused);
    }

    async fn strangers_garbage_and_crowds_leave_the_worker_in_peace() {
        let setting = Setting::of("garbage").await;
        let told = setting.value(json!({})).await;
        assert_eq!(told["served"], true, "{told}");
    }
}

#[tokio::test]
async fn a_program_that_is_missing_is_told_of_at_once() {
    let state = tempfile::tempdir().unwrap();
    let host = host(state.path()).build().await.unwrap();
    let function = Function::from_dir(testdata().join("runtime_api"), "any").protocol(Arc::new(RuntimeApi::new()));
    let error = host.register(function).await.unwrap_err();
    assert_eq!(error.code(), Code::EntryNotFound);
    assert!(error.to_string().contains("bootstrap"), "{error}");
}

#[tokio::test]
async fn the_configuration_names_the_protocol() {
    let package = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(package.path().join("headstart.toml"), text).unwrap();
    write("entry = 'any'\nprotocol = 'lambda'\ncommand = ['./serve', '--quiet']");
    let state = tempfile::tempdir().unwrap();
    let host = host(state.path()).build().await.unwrap();
    let error = host.register(headstart::adapters::function(package.path()).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("serve"), "{error}");
    let error = host.register(Function::from_config(package.path()).unwrap()).await.unwrap_err();
    assert_eq!(error.code(), Code::ConfigInvalid, "without what speaks it");
    write("entry = 'any'\nprotocol = 'lambda'\nsnap_start = true");
    headstart::adapters::function(package.path()).unwrap();
    write("protocol = 'knative'\nsnap_start = true");
    assert_eq!(headstart::adapters::function(package.path()).unwrap_err().code(), Code::ConfigInvalid);
    write("protocol = 'gopher'");
    assert_eq!(headstart::adapters::function(package.path()).unwrap_err().code(), Code::ConfigInvalid);
}
