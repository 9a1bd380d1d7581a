//! A warm call of `hello` over HTTP against the same host embedded, and against what a bare axum echo costs.
//!
//! One caller on one kept connection; the three arms take turns, call by call. What `serve` adds is what a call through it
//! takes beyond one of the embedded host.
#![expect(clippy::print_stdout, reason = "prints its rows as JSON")]

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use headstart::adapters::serve::Server;
use headstart::{Function, Host};
use headstart_benches::{measured, median};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const EVENT: &str = r#"{"name": "world"}"#;
const WITHIN: Duration = Duration::from_secs(10);
/// Calls of each arm that are not counted.
const WARM_UP: usize = 200;

fn hello() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("functions/python/hello")
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let calls: usize = std::env::args().nth(1).map_or(Ok(3_000), |text| text.parse())?;
    let host = Host::builder().build().await?;
    let function = host.register(Function::from_config(hello())?).await?;
    let local: SocketAddr = ([127, 0, 0, 1], 0).into();
    let server = Server::builder(Host::builder()).listen(local).directory(hello()).build().await?;
    let mut calling = Caller::connect(server.address(), "/2015-03-31/functions/hello/invocations").await?;
    tokio::spawn(server.run(std::future::pending()));
    let listener = TcpListener::bind(local).await?;
    let mut echoing = Caller::connect(listener.local_addr()?, "/").await?;
    tokio::spawn(echo(listener));
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for call in 0..WARM_UP + calls {
        let begun = Instant::now();
        let reply = host.invoke(&function, EVENT, WITHIN).await?.into_payload();
        let embedded = begun.elapsed();
        let by_echo = echoing.time(EVENT.as_bytes()).await?;
        let by_serve = calling.time(&reply).await?;
        for (times, time) in
            times.iter_mut().zip([embedded, by_echo, by_serve]).take(if call < WARM_UP { 0 } else { 3 })
        {
            times.push(time.as_secs_f64() * 1e6);
        }
    }
    let [embedded, echo, serve] = times;
    let pairs = embedded.iter().zip(&echo).zip(&serve);
    let added = pairs.map(|((embedded, echo), serve)| (serve - embedded) / echo).collect();
    let row = |arm: &str, times: Vec<f64>| json!({"function": "hello", "language": "python", "arm": arm, "call_us": measured(times)});
    let mut last = row("serve", serve);
    last["added_ratio_to_echo"] = json!(median(added));
    println!("{}", json!({"schema_version": 1, "rows": [row("embedded", embedded), row("axum echo", echo), last]}));
    Ok(())
}

async fn echo(listener: TcpListener) {
    let routes = Router::new().route("/", post(async |body: Bytes| body));
    // It ends with the program.
    let _ = axum::serve(listener, routes).await;
}

/// One connection that is kept, and the head of its requests.
struct Caller {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Caller {
    async fn connect(to: SocketAddr, path: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        let length = EVENT.len();
        let request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{EVENT}");
        Ok(Self { stream, request: request.into_bytes(), answer: Vec::new() })
    }

    /// How long a call takes, which has to be answered with `expected`.
    async fn time(&mut self, expected: &[u8]) -> Outcome<Duration> {
        let begun = Instant::now();
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        while !self.is_whole() {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection ended".into());
            }
        }
        let time = begun.elapsed();
        if self.answer.starts_with(b"HTTP/1.1 200") && self.answer.ends_with(expected) {
            return Ok(time);
        }
        Err(String::from_utf8_lossy(&self.answer).into())
    }

    fn is_whole(&self) -> bool {
        let Some(end) = self.answer.windows(4).position(|it| it == b"\r\n\r\n") else { return false };
        let head = String::from_utf8_lossy(&self.answer[..end]).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        self.answer.len() - end - 4 >= length.unwrap_or(0)
    }
}
