//! The server: what it makes of requests that are not what they should be, and of functions that lie in directories.
#![cfg(feature = "serve")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::Code;
use headstart::adapters::serve::{Retries, Server, ServerBuilder};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use support::http::{Answer, call, request, send};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const FUNCTIONS: &str = "/2015-03-31/functions";
const APP: &str = "
import os, time
def handler(event, context):
    time.sleep(event.get('seconds', 0))
    if 'append' in event:
        with open(event['append'], 'a') as file:
            file.write('x')
        raise ValueError('again')
    return {'text': TEXT, 'pid': os.getpid()}
";

/// A server with one function, `f`, that lies in a directory.
struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
    package: TempDir,
    _state: TempDir,
}

impl Serving {
    async fn new() -> Self {
        Self::of(|it| it).await
    }

    async fn of(change: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        let (state, package) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(package.path().join("headstart.toml"), "name = 'f'\nentry = 'app.handler'\nruntime = 'python3'")
            .unwrap();
        write(package.path(), "one");
        let builder = Server::builder(support::host(state.path())).listen(any());
        let server = change(builder.directory(package.path())).build().await.expect("a server");
        let (stop, stopped) = oneshot::channel();
        let address = server.address();
        let running = tokio::spawn(server.run(async move { drop(stopped.await) }));
        Self { address, stop: Some(stop), running, package, _state: state }
    }

    async fn call(&self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Answer {
        call(self.address, method, path, body).await
    }

    async fn invoke(&self, event: Value) -> Answer {
        self.call("POST", &format!("{FUNCTIONS}/f/invocations"), event.to_string()).await
    }

    async fn stop(mut self) {
        self.stop.take().expect("it runs").send(()).expect("it listens");
        self.running.await.expect("no panic");
    }
}

fn any() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn write(package: &Path, text: &str) {
    fs::write(package.join("app.py"), format!("TEXT = {text:?}\n{APP}")).unwrap();
}

#[tokio::test]
async fn json_that_is_none_or_says_something_else_is_refused() {
    let serving = Serving::new().await;
    let nested = "[".repeat(100_000);
    let bodies = ["{", "[]", "7", "{\"FunctionName\": 7}", "{\"FunctionName\": \"x\"}", "\u{0}", &nested];
    for body in bodies {
        let answer = serving.call("POST", FUNCTIONS, body).await;
        assert_eq!((answer.status, answer.error()), (400, "InvalidRequestContentException"), "{answer:?}");
        assert_eq!(answer.json()["Type"], "User");
    }
    let not_utf8 = serving.call("POST", &format!("{FUNCTIONS}/f/invocations"), [b'"', 0xff, b'"']).await;
    assert_eq!((not_utf8.status, not_utf8.error()), (400, "InvalidRequestContentException"));
    let made = json!({"FunctionName": "g", "Role": "r", "Runtime": "python3", "Handler": "app.handler",
        "Code": {"ZipFile": "!"}});
    let answer = serving.call("POST", FUNCTIONS, made.to_string()).await;
    assert_eq!((answer.status, answer.error()), (400, "InvalidParameterValueException"));
    assert_eq!(serving.call("GET", &format!("{FUNCTIONS}/g"), "").await.status, 404);
}

#[tokio::test]
async fn names_that_lead_elsewhere_find_nothing() {
    let serving = Serving::new().await;
    let names = [
        "..",
        "..%2F..%2Fetc",
        "%2e%2e",
        "a%2Fb",
        "a%00",
        "%ff",
        "%zz",
        "f%20",
        "f:",
        "f:$OLD",
        ":f",
        "a%0d%0ab",
        "f;x",
    ];
    for name in names {
        for (method, path) in [("POST", "/invocations"), ("GET", ""), ("DELETE", "")] {
            let answer = serving.call(method, &format!("{FUNCTIONS}/{name}{path}"), "{}").await;
            let known = ["InvalidParameterValueException", "ResourceNotFoundException", "UnknownOperationException"];
            assert!(known.contains(&answer.error()), "{method} {name}: {answer:?}");
            assert!([400, 404].contains(&answer.status), "{method} {name}: {answer:?}");
        }
    }
    let qualifiers = [("?Qualifier=7", 404), ("?Qualifier=live", 404), ("?Qualifier=", 400), ("?Qualifier=a%2Fb", 400)];
    for (query, status) in qualifiers {
        let answer = serving.call("POST", &format!("{FUNCTIONS}/f/invocations{query}"), "{}").await;
        assert_eq!(answer.status, status, "{query}: {answer:?}");
    }
    let other = serving.call("POST", "/2015-03-31/layers", "{}").await;
    assert_eq!((other.status, other.error()), (404, "UnknownOperationException"));
    assert_eq!(serving.call("PATCH", FUNCTIONS, "").await.error(), "UnknownOperationException");
}

#[tokio::test]
async fn bodies_have_a_limit_however_they_come() {
    let serving = Serving::new().await;
    let path = format!("{FUNCTIONS}/f/invocations");
    let large = vec![b' '; (6 << 20) + 1];
    let answer = serving.call("POST", &path, &large).await;
    assert_eq!((answer.status, answer.error()), (413, "RequestTooLargeException"));
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", large.len());
    let chunked = [head.as_bytes(), &large, b"\r\n0\r\n\r\n"].concat();
    let answers = send(serving.address, &chunked).await;
    assert_eq!((answers.len(), answers[0].status), (1, 413));
    assert_eq!(serving.invoke(json!({})).await.status, 200, "the server serves on");
}

#[tokio::test]
async fn slow_callers_are_given_up() {
    let serving = Serving::of(|it| it.patience(Duration::from_millis(300))).await;
    let begun = Instant::now();
    let head = format!(
        "POST {FUNCTIONS}/f/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{{"
    );
    let answers = send(serving.address, head.as_bytes()).await;
    assert_eq!((answers[0].status, answers[0].error()), (408, "RequestTimeoutException"));
    for half in ["", "POST /", "POST / HTTP/1.1\r\nHost: local"] {
        assert!(send(serving.address, half.as_bytes()).await.iter().all(|answer| answer.status == 408), "{half:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(serving.invoke(json!({})).await.status, 200);
}

/// Shapes that front end and back end may see different ends of: none gets a second request through, and none that is
/// malformed is served.
#[tokio::test]
async fn no_request_is_smuggled_behind_another() {
    let serving = Serving::new().await;
    let body = r#"{"ReservedConcurrentExecutions": 7}"#;
    let length = body.len();
    let path = "/2017-10-31/functions/f/concurrency";
    let hidden = format!("PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
    let post = format!("POST {FUNCTIONS}/f/invocations HTTP/1.1\r\nHost: localhost\r\n");
    let shapes = [
        format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{{}}{hidden}"),
        format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 2\r\nContent-Length: 0\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 2, 0\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: +2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 0x2\r\n\r\n{{}}{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n{hidden}"),
        format!("{post}X: y\r\n Content-Length: 2\r\n\r\n{{}}{hidden}"),
        format!("{post}X\rContent-Length: 2\r\n\r\n{{}}{hidden}"),
    ];
    for shape in shapes {
        let answers = send(serving.address, shape.as_bytes()).await;
        assert!(answers.len() <= 1, "{shape}: {answers:?}");
        let set = serving.call("GET", "/2019-09-30/functions/f/concurrency", "").await;
        assert_eq!(set.json(), json!({}), "{shape}");
    }
    // It would have been served, had it been taken for a request.
    let closing = hidden.replace("Host: localhost", "Host: localhost\r\nConnection: close");
    assert_eq!(send(serving.address, closing.as_bytes()).await[0].status, 200);
}

#[tokio::test]
async fn it_listens_beyond_this_machine_only_with_a_token_or_where_that_is_said() {
    let state = tempfile::tempdir().unwrap();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let builder = || Server::builder(support::host(state.path())).listen(everywhere);
    assert_eq!(builder().build().await.unwrap_err().code(), Code::ConfigInvalid);
    assert_eq!(builder().token("short").build().await.unwrap_err().code(), Code::ConfigInvalid);
    builder().token("long enough").build().await.expect("a server");
    builder().insecure().build().await.expect("a server");
}

#[tokio::test]
async fn other_sites_and_other_names_are_turned_away() {
    let serving = Serving::new().await;
    let from =
        |headers: &str| format!("GET {FUNCTIONS} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n").into_bytes();
    for (headers, status) in [
        ("Host: localhost", 200),
        ("Host: evil.example", 403),
        ("Host: localhost\r\nOrigin: http://evil.example", 403),
        ("Host: localhost\r\nOrigin: null", 403),
    ] {
        assert_eq!(send(serving.address, &from(headers)).await[0].status, status, "{headers}");
    }
}

#[tokio::test]
async fn a_changed_directory_is_served_and_a_broken_one_is_not() {
    let serving = Serving::of(ServerBuilder::watch).await;
    assert_eq!(serving.invoke(json!({})).await.json()["text"], "one");
    let slow = tokio::spawn(call(serving.address, "POST", "/2015-03-31/functions/f/invocations", r#"{"seconds": 3}"#));
    tokio::time::sleep(Duration::from_millis(800)).await;
    write(serving.package.path(), "two");
    let is_two = async {
        while serving.invoke(json!({})).await.json()["text"] != "two" {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), is_two).await.expect("the change is taken up");
    assert_eq!(slow.await.expect("no panic").json()["text"], "one", "what ran goes on");
    fs::write(serving.package.path().join("headstart.toml"), "name = 'f'\nentry = 'app'").unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(serving.invoke(json!({})).await.json()["text"], "two", "what was before is served on");
    let answer = serving.call("DELETE", &format!("{FUNCTIONS}/f"), "").await;
    assert_eq!((answer.status, answer.error()), (409, "ResourceConflictException"));
    serving.stop().await;
}

#[tokio::test]
async fn an_event_is_tried_again_and_then_given_up() {
    let retries = Retries { after_error: vec![Duration::from_millis(50); 2], ..Retries::default() };
    let serving = Serving::of(|it| it.retries(retries)).await;
    let path = serving.package.path().join("tries");
    let event = json!({"append": path}).to_string();
    let later = serving.call("POST", "/2014-11-13/functions/f/invoke-async", &event).await;
    assert_eq!(later.status, 202);
    let tried = || fs::read(&path).unwrap_or_default().len();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if String::from_utf8_lossy(&serving.call("GET", "/metrics", "").await.body)
            .contains("headstart_events_lost_total{function=\"f\"} 1")
        {
            break;
        }
    }
    assert_eq!(tried(), 3);
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_nothing() {
    let serving = Serving::new().await;
    let path = serving.package.path().join("written");
    let event = json!({"append": path, "seconds": 1}).to_string();
    let mut stream = tokio::net::TcpStream::connect(serving.address).await.expect("a connection");
    let sent = request("POST", &format!("{FUNCTIONS}/f/invocations"), event.as_bytes());
    stream.write_all(&sent).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(stream);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if path.exists() {
            return;
        }
    }
    panic!("the function was ended");
}

#[tokio::test]
async fn what_runs_may_finish_when_the_server_is_stopped() {
    let serving = Serving::new().await;
    let address = serving.address;
    let pid = serving.invoke(json!({})).await.json()["pid"].as_u64().expect("a process");
    let running = tokio::spawn(call(address, "POST", "/2015-03-31/functions/f/invocations", r#"{"seconds": 1}"#));
    tokio::time::sleep(Duration::from_millis(300)).await;
    serving.stop().await;
    assert_eq!(running.await.expect("no panic").status, 200);
    assert!(support::setting::gone(pid).await, "no worker is left");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it does not listen any more");
}

#[tokio::test]
async fn the_page_and_its_figures_are_there() {
    let serving = Serving::of(|it| it.provision("f", 1)).await;
    let page = serving.call("GET", "/", "").await;
    assert!(page.headers["content-security-policy"].starts_with("default-src 'none'"), "{page:?}");
    for path in ["/_headstart/page.js", "/_headstart/style.css", "/healthz", "/readyz", "/metrics"] {
        assert_eq!(serving.call("GET", path, "").await.status, 200, "{path}");
    }
    let held = async {
        loop {
            let state = serving.call("GET", "/_headstart/state", "").await.json();
            let version = &state["functions"][0]["versions"][0];
            if version["hold"]["present"] == 1 && version["workers"][0]["state"] == "idle" {
                return version["workers"][0]["pid"].clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let pid = tokio::time::timeout(Duration::from_secs(15), held).await.expect("an instance is held");
    let answer = serving.invoke(json!({})).await;
    assert_eq!(answer.json()["pid"], pid, "the held instance serves");
}

/// Whatever is sent, the server answers or closes, and serves on.
#[tokio::test]
async fn bytes_that_are_no_request_disturb_nobody() {
    let serving = Serving::of(|it| it.patience(Duration::from_millis(200))).await;
    let good = request("POST", &format!("{FUNCTIONS}/f/invocations"), b"{}");
    let mut random = support::Random(0x5eed);
    for _ in 0..60 {
        let mut bytes = good.clone();
        for _ in 0..=random.below(4) {
            let at = random.at_most(bytes.len() - 1);
            bytes[at] = u8::try_from(random.below(256)).expect("a byte");
        }
        bytes.truncate(random.at_most(bytes.len()));
        let mut stream = tokio::net::TcpStream::connect(serving.address).await.expect("a connection");
        let _ = stream.write_all(&bytes).await;
        let mut told = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await;
        assert!(ended.is_ok(), "{}", String::from_utf8_lossy(&bytes));
    }
    assert_eq!(serving.invoke(json!({})).await.status, 200);
}

#[tokio::test]
async fn what_a_function_streams_is_sent_as_it_comes() {
    if !support::has("node") {
        return;
    }
    let package = tempfile::tempdir().unwrap();
    let source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        for (const piece of ['one', 'two']) { stream.write(piece); await new Promise((done) => setTimeout(done, 150)); }
        if (event.fail) throw new RangeError('half way');
        stream.end('three'); });";
    fs::write(package.path().join("index.js"), source).unwrap();
    fs::write(package.path().join("headstart.toml"), "name = 's'\nentry = 'index.handler'").unwrap();
    let serving = Serving::of(|builder| builder.directory(package.path())).await;
    let read = async |event: &str| {
        let mut stream = tokio::net::TcpStream::connect(serving.address).await.unwrap();
        let path = "/2021-11-15/functions/s/response-streaming-invocations";
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{event}",
            event.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let (mut all, mut first_seen) = (Vec::new(), None);
        while stream.read_buf(&mut all).await.unwrap() > 0 {
            if first_seen.is_none() && String::from_utf8_lossy(&all).contains("one") {
                first_seen = Some(Instant::now());
            }
        }
        (
            String::from_utf8_lossy(&all).into_owned(),
            first_seen.unwrap_or_else(|| panic!("no piece came: {}", String::from_utf8_lossy(&all))).elapsed(),
        )
    };
    let (whole, after_first) = read("{}").await;
    assert_eq!(whole.matches("PayloadChunk").count(), 3, "{whole}");
    assert!(whole.contains("three") && whole.contains("InvokeComplete") && !whole.contains("ErrorCode"), "{whole}");
    assert!(after_first > Duration::from_millis(200), "{after_first:?}");
    let (broken, _) = read(r#"{"fail": true}"#).await;
    assert!(broken.contains("Unhandled") && broken.contains("half way"), "{broken}");
    let plain = serving.call("POST", "/2021-11-15/functions/f/response-streaming-invocations", "{}").await;
    assert!(String::from_utf8_lossy(&plain.body).contains("PayloadChunk"));
    let buffered = serving.call("POST", &format!("{FUNCTIONS}/s/invocations"), "{}").await;
    assert_eq!(String::from_utf8_lossy(&buffered.body), "onetwothree");
    serving.stop().await;
}

#[tokio::test]
async fn a_directory_that_says_so_starts_from_a_snapshot() {
    if let Err(error) = headstart::snapshot::Criu::find() {
        println!("skipped: no snapshots on this machine: {error}");
        return;
    }
    let package = tempfile::tempdir().unwrap();
    let config = "name = 'snapped'\nentry = 'app.handler'\nruntime = 'python3'\nsnap_start = true";
    fs::write(package.path().join("headstart.toml"), config).unwrap();
    write(package.path(), "one");
    let serving = Serving::of(|builder| builder.directory(package.path())).await;
    let snapped = async || {
        let state = serving.call("GET", "/_headstart/state", "").await.json();
        let functions = state["functions"].as_array().cloned().unwrap_or_default();
        functions.into_iter().find(|it| it["name"] == "snapped").map(|it| it["versions"][0].clone()).unwrap_or_default()
    };
    let is_taken = async {
        while snapped().await["snapshot"].is_null() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), is_taken).await.expect("a snapshot is taken");
    let answer = serving.call("POST", &format!("{FUNCTIONS}/snapped/invocations"), "{}").await;
    assert_eq!(answer.json()["text"], "one");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(snapped().await["workers"][0]["tier"], "snapshot");
    serving.stop().await;
}

#[tokio::test]
async fn a_package_with_a_runtime_of_its_own_serves() {
    if !support::has("python3") {
        return;
    }
    let bootstrap = "#!/usr/bin/env python3
import http.client, json, os
connection = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
while True:
    connection.request('GET', '/2018-06-01/runtime/invocation/next')
    answer = connection.getresponse()
    event, headers = json.loads(answer.read()), answer.headers
    told = {'event': event, 'arn': headers['Lambda-Runtime-Invoked-Function-Arn'], 'handler': os.environ['_HANDLER']}
    path = '/2018-06-01/runtime/invocation/%s/' % headers['Lambda-Runtime-Aws-Request-Id']
    if 'raise' in event:
        connection.request('POST', path + 'error', json.dumps({'errorMessage': 'no', 'errorType': 'Refused'}))
    else:
        connection.request('POST', path + 'response', json.dumps(told))
    connection.getresponse().read()
";
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    std::io::Write::write_all(&mut archive, bootstrap.as_bytes()).unwrap();
    let code =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, archive.finish().unwrap().into_inner());
    let serving = Serving::new().await;
    let create = json!({
        "FunctionName": "own", "Runtime": "provided.al2023", "Handler": "any.thing",
        "Role": "arn:aws:iam::000000000000:role/any", "Code": {"ZipFile": code},
    });
    let created = serving.call("POST", FUNCTIONS, create.to_string()).await;
    assert_eq!(created.status, 201, "{created:?}");
    let told = serving.call("POST", &format!("{FUNCTIONS}/own/invocations"), r#"{"n": 1}"#).await.json();
    assert_eq!((&told["event"]["n"], &told["handler"]), (&json!(1), &json!("any.thing")));
    assert!(told["arn"].as_str().unwrap().ends_with(":function:own"), "{told}");
    let failed = serving.call("POST", &format!("{FUNCTIONS}/own/invocations"), r#"{"raise": 1}"#).await;
    assert_eq!(failed.headers["x-amz-function-error"], "Unhandled");
    assert_eq!(failed.json()["errorType"], "Refused");
    serving.stop().await;
}
