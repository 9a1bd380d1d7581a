//! A function of ours, called as other platforms call a container.
#![cfg(feature = "platforms")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use axum::Router;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use headstart::adapters::front::{Front, Platform};
use headstart::{Function, Host};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};
use support::{has, host, python_tests, testdata};
use tempfile::TempDir;
use tower::ServiceExt;

struct Setting {
    router: Router,
    logs: Arc<Mutex<(String, String)>>,
    state: TempDir,
}

impl Setting {
    /// With the function `entry` of the test's package.
    async fn serving(platform: Platform, entry: &str) -> Self {
        let function = Function::from_dir(testdata().join("platforms"), entry).runtime("python");
        Self::of(platform, "python", Some(function)).await
    }

    /// With what the platform brings.
    async fn empty(platform: Platform, runtime: &str) -> Self {
        Self::of(platform, runtime, None).await
    }

    async fn of(platform: Platform, runtime: &str, function: Option<Function>) -> Self {
        let state = tempfile::tempdir().unwrap();
        let host: Host = host(state.path()).build().await.unwrap();
        let id = match function {
            Some(function) => Some(host.register(function).await.unwrap()),
            None => None,
        };
        let logs = Arc::new(Mutex::new((String::new(), String::new())));
        let taken = Arc::clone(&logs);
        let front = Front::new(platform, host).runtime(runtime).code_dir(state.path().join("code"));
        let front = front.logs(move |output| {
            let mut taken = taken.lock().unwrap();
            taken.0.push_str(&String::from_utf8_lossy(&output.stdout));
            taken.1.push_str(&String::from_utf8_lossy(&output.stderr));
        });
        let front = id.into_iter().fold(front, Front::function);
        Self { router: front.router(), logs, state }
    }

    async fn ask(&self, request: Request<Body>) -> Response<Vec<u8>> {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        Response::from_parts(parts, body.collect().await.unwrap().to_bytes().to_vec())
    }

    /// Status and JSON of an answer.
    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.ask(Request::post(path).body(Body::from(body.to_string())).unwrap()).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
    }

    fn logs(&self) -> (String, String) {
        std::mem::take(&mut self.logs.lock().unwrap())
    }
}

fn text(answer: &Response<Vec<u8>>) -> String {
    String::from_utf8_lossy(answer.body()).into_owned()
}

python_tests! {
    async fn requests_are_answered_as_the_function_says() {
        for platform in [Platform::Knative, Platform::FunctionsFramework] {
            let setting = Setting::serving(platform, "app.handler").await;
            let answer = setting.ask(Request::put("/a/b?c=d").body(Body::from(" body")).unwrap()).await;
            assert_eq!((answer.status().as_u16(), &answer.headers()["x-method"]), (201, &"PUT".parse().unwrap()));
            assert_eq!(text(&answer), "/a/b body");
            assert_eq!(setting.logs().0, "handled\n");
            let raised = setting.ask(Request::get("/raise").body(Body::empty()).unwrap()).await;
            assert_eq!(raised.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(serde_json::from_slice::<Value>(raised.body()).unwrap()["errorType"], "KeyError");
            let event = json!({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": 1}).to_string();
            let posted = |kind, body| Request::post("/").header("content-type", kind).body(Body::from(body)).unwrap();
            let taken = setting.ask(posted("application/cloudevents+json", event)).await;
            assert_eq!(taken.status(), StatusCode::NO_CONTENT);
            let broken = setting.ask(posted("application/cloudevents+json", "{}".to_owned())).await;
            assert_eq!((broken.status(), text(&broken).contains("specversion")), (StatusCode::BAD_REQUEST, true));
            let large = setting.ask(posted("text/plain", "x".repeat(33 << 20))).await;
            assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        }
    }

    async fn a_result_that_is_no_answer_is_a_bad_gateway() {
        let setting = Setting::serving(Platform::Knative, "app.broken").await;
        let answer = setting.ask(Request::get("/").body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status(), text(&answer).contains("statusCode")), (StatusCode::BAD_GATEWAY, true));
    }

    async fn function_compute_drives_the_hooks() {
        let setting = Setting::serving(Platform::FunctionCompute, "app.handler").await;
        let ask = async |method: &str, path: &str, body: &str| {
            let request = Request::builder().method(method).uri(path).header("x-fc-request-id", "id-1");
            let request = request.header("x-fc-access-key-secret", "s3cret").header("x-fc-region", "r");
            setting.ask(request.body(Body::from(body.to_owned())).unwrap()).await
        };
        assert_eq!(ask("POST", "/initialize", "").await.headers()["x-fc-status"], "200");
        let answer = ask("POST", "/invoke", r#"{"n": 1}"#).await;
        let told: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!((&told["event"], &told["id"], &told["hooks"]), (&json!({"n": 1}), &json!("id-1"), &json!([])));
        assert_eq!(told["told"]["function_compute"], json!({"request_id": "id-1", "region": "r"}), "no secrets");
        assert_eq!(setting.logs().0, "FC Invoke Start RequestId: id-1\nhandled\n\nFC Invoke End RequestId: id-1\n");
        assert_eq!(ask("GET", "/pre-freeze", "").await.headers()["x-fc-status"], "200");
        let thawed: Value = serde_json::from_slice(ask("POST", "/invoke", "{}").await.body()).unwrap();
        assert_eq!(thawed["hooks"], json!(["before_freeze", "after_thaw"]));
        let failed = ask("POST", "/invoke", r#"{"raise": "no"}"#).await;
        assert_eq!((failed.status().as_u16(), &failed.headers()["x-fc-status"]), (200, &"404".parse().unwrap()));
        assert_eq!(serde_json::from_slice::<Value>(failed.body()).unwrap()["errorType"], "KeyError");
        let page = ask("GET", "/page", "").await;
        assert_eq!((page.status().as_u16(), text(&page)), (201, "/page".into()));
        assert_eq!(ask("GET", "/pre-stop", "").await.status(), StatusCode::OK);
        assert_eq!(ask("POST", "/invoke", "{}").await.headers()["x-fc-status"], "404", "the host was stopped");
        let absent = Setting::serving(Platform::FunctionCompute, "absent.handler").await;
        let failed = absent.ask(Request::post("/initialize").body(Body::empty()).unwrap()).await;
        assert_eq!(failed.headers()["x-fc-status"], "404");
    }

    async fn fission_specializes_once() {
        let setting = Setting::empty(Platform::Fission, "python").await;
        let generic = setting.ask(Request::get("/").body(Body::empty()).unwrap()).await;
        assert_eq!(generic.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(setting.ask(Request::get("/healthz").body(Body::empty()).unwrap()).await.status(), StatusCode::OK);
        let load = |entry: &str| json!({"filepath": testdata().join("platforms"), "functionName": entry});
        assert_eq!(setting.post("/v2/specialize", load("absent.handler")).await.0, 500, "it may try again");
        assert_eq!(setting.post("/v2/specialize", load("app.handler")).await.0, 202);
        assert_eq!(setting.post("/v2/specialize", load("app.handler")).await.0, 400);
        let answer = setting.ask(Request::get("/x").body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status().as_u16(), text(&answer)), (201, "/x".into()));
        let bare = Setting::empty(Platform::Fission, "python").await;
        let file = bare.state.path().join("user");
        std::fs::copy(testdata().join("platforms/app.py"), &file).unwrap();
        let load = json!({"filepath": file, "functionName": "handler"});
        assert_eq!(bare.post("/v2/specialize", load).await.0, 202, "a file without extension");
    }

    async fn openwhisk_initializes_once_and_ends_its_logs() {
        const END: &str = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n";
        let setting = Setting::empty(Platform::OpenWhisk, "python").await;
        assert_eq!(setting.post("/run", json!({"value": {}})).await.0, 403);
        let code = "import os, sys\ndef go(params):\n    print('out')\n    print('err', file=sys.stderr)\n    \
                    if 'raise' in params: raise KeyError('no')\n    if 'text' in params: return 'text'\n    \
                    return {'got': params, 'stage': os.environ['STAGE'], 'id': os.environ['__OW_ACTIVATION_ID']}\n";
        let init = |code: &str, main: &str| json!({"value": {"name": "a", "main": main, "code": code, "binary": false, "env": {"STAGE": 1}}});
        assert_eq!(setting.post("/init", init("def go(:", "go")).await.0, 502);
        assert_eq!(setting.post("/init", init(code, "absent")).await.0, 502);
        assert_eq!(setting.post("/init", init(code, "go(); x")).await.0, 502);
        setting.logs();
        assert_eq!(setting.post("/init", init(code, "go")).await, (200, json!({"ok": true})));
        let again = setting.post("/init", init(code, "go")).await;
        assert_eq!(again, (403, json!({"error": "Cannot initialize the action more than once."})));
        let run = |value: Value| json!({"value": value, "activation_id": "act-1", "namespace": "_", "deadline": "99999999999999"});
        let (status, told) = setting.post("/run", run(json!({"n": 1}))).await;
        assert_eq!((status, told), (200, json!({"got": {"n": 1}, "stage": "1", "id": "act-1"})));
        assert_eq!(setting.logs(), (format!("out\n{END}"), format!("err\n{END}")));
        let (status, told) = setting.post("/run", run(json!({"raise": 1}))).await;
        assert_eq!((status, told["error"].as_str().unwrap().contains("no")), (502, true));
        assert!(setting.logs().0.ends_with(END));
        assert_eq!(setting.post("/run", run(json!({"text": 1}))).await.0, 502);
        let late = json!({"value": {}, "activation_id": "x", "deadline": "1"});
        assert_eq!(setting.post("/run", late).await.0, 502, "its time is over");
        for malformed in ["{", "[]", r#"{"value": 3}"#] {
            let answer = setting.ask(Request::post("/run").body(Body::from(malformed)).unwrap()).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{malformed}");
        }
        assert_eq!(setting.ask(Request::get("/run").body(Body::empty()).unwrap()).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn openwhisk_brings_archives() {
        let archive = |files: &[(&str, &str)]| {
            let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (name, content) in files {
                archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
                archive.write_all(content.as_bytes()).unwrap();
            }
            STANDARD.encode(archive.finish().unwrap().into_inner())
        };
        let init = |code: String| json!({"value": {"name": "a", "main": "main", "code": code, "binary": true}});
        let python = Setting::empty(Platform::OpenWhisk, "python").await;
        let files = [("__main__.py", "from helper import two\ndef main(p): return {'n': two}\n"), ("helper.py", "two = 2\n")];
        assert_eq!(python.post("/init", init("*".into())).await.0, 502, "no base64");
        assert_eq!(python.post("/init", init(archive(&files[1..]))).await.0, 502, "no main module");
        assert_eq!(python.post("/init", init(archive(&[("../out.py", "")]))).await.0, 502, "a name that leads out");
        assert_eq!(python.post("/init", init(archive(&files))).await.0, 200);
        assert_eq!(python.post("/run", json!({"value": {}})).await, (200, json!({"n": 2})));
        if has("node") {
            let node = Setting::empty(Platform::OpenWhisk, "nodejs").await;
            let files = [("package.json", r#"{"main": "lib.js"}"#), ("lib.js", "exports.main = async (p) => ({ n: p.n + 1 });")];
            assert_eq!(node.post("/init", init(archive(&files))).await.0, 200);
            assert_eq!(node.post("/run", json!({"value": {"n": 1}})).await, (200, json!({"n": 2})));
            let script = Setting::empty(Platform::OpenWhisk, "nodejs").await;
            let code = json!({"value": {"name": "a", "code": "function main(p) { return { n: p.n * 2 }; }"}});
            assert_eq!(script.post("/init", code).await.0, 200);
            assert_eq!(script.post("/run", json!({"value": {"n": 4}})).await, (200, json!({"n": 8})));
        }
    }
}
