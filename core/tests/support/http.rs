//! Requests as bytes, for tests of what a server makes of them.

use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a server may keep a connection that is done with.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a server answered.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The name of the error, empty where there is none.
    pub(crate) fn error(&self) -> &str {
        self.headers.get("x-amzn-errortype").map_or("", String::as_str)
    }

    /// What comes before the rest of `bytes`, if that is a whole answer.
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: BTreeMap<_, _> = lines
            .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
            .collect();
        let length: usize = headers.get("content-length").map_or(Some(0), |text| text.parse().ok())?;
        let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
        Some((Self { status, headers, body }, &bytes[end + 4 + length..]))
    }
}

/// A head and a body that belong together.
pub(crate) fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Sends bytes as they are; every answer that comes until the server closes the connection.
pub(crate) async fn send(to: SocketAddr, bytes: &[u8]) -> Vec<Answer> {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    // A server that has seen enough closes while this still writes.
    let _ = stream.write_all(bytes).await;
    let mut told = Vec::new();
    let reading = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut told)).await;
    let _ = reading.expect("the server closes the connection");
    let mut answers = Vec::new();
    let mut rest = &told[..];
    while let Some((answer, left)) = Answer::read(rest) {
        answers.push(answer);
        rest = left;
    }
    assert!(rest.is_empty(), "half an answer: {}", String::from_utf8_lossy(rest));
    answers
}

/// Sends one request; its answer.
pub(crate) async fn call(to: SocketAddr, method: &str, path: &str, body: impl AsRef<[u8]>) -> Answer {
    let mut answers = send(to, &request(method, path, body.as_ref())).await;
    assert_eq!(answers.len(), 1, "{method} {path}: {answers:?}");
    answers.remove(0)
}
