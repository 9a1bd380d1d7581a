//! The HTTP side: connections of one worker's processes, each request understood and passed on.

use super::super::bodies::{self, Unread};
use super::connections::{self, Connections, Open};
use super::conversation::{Asked, Call, Outcome};
use super::dialect::Dialect;
use super::raised::Raised;
use super::reception::{Arrived, Guest};
use super::reply::{self, Reply};
use super::resuming::Reconnected;
use super::route::Route;
use crate::sys::peer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io::{self, Cursor};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Connections that one worker may have.
const MOST_CONNECTIONS: usize = 64;

/// The header by which a runtime names the type of an error.
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
/// What tells of an error after a part of the answer was streamed: a trailer with JSON in base64.
const ERROR_BODY: &str = "lambda-runtime-function-error-body";
/// By which a runtime says that it streams.
const MODE: &str = "lambda-runtime-function-response-mode";
const STREAMING: &str = "streaming";
/// The type of the error of a response that broke off.
const CUT_SHORT: &str = "Runtime.TruncatedResponse";
const EXTENSION_NAME: &str = "lambda-extension-name";
const EXTENSION_ID: &str = "lambda-extension-identifier";
const EXTENSION_ERROR: &str = "lambda-extension-function-error-type";

/// A listener of the loopback device, for one process.
pub(in super::super) fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    listen_at(Ipv4Addr::LOCALHOST)
}

/// A listener for one process of which a snapshot is to be taken, at an address of the loopback device that hardly anyone
/// else has: what is restored from it goes on asking there.
pub(super) fn listen_apart() -> io::Result<(TcpListener, SocketAddr)> {
    let [low, middle, high, ..] = *uuid::Uuid::new_v4().as_bytes();
    listen_at(Ipv4Addr::new(127, high | 64, middle, low.clamp(1, 254)))
}

fn listen_at(address: Ipv4Addr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((address, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((TcpListener::from_std(listener)?, address))
}

/// Where what is understood goes, and how that is done.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) dialect: Dialect,
    pub(super) calls: mpsc::Sender<Call>,
    /// Bytes of the largest body.
    pub(super) most: u32,
    /// Of a worker of which a snapshot is to be taken.
    pub(super) connections: Option<Connections>,
}

/// Where connections come from.
#[derive(Debug)]
pub(in super::super) enum Arrivals {
    /// A listener of the worker's own, at its address.
    Own(TcpListener, SocketAddr),
    /// One that it shares with others that were restored from the same snapshot, beside those that it had before.
    Shared(Guest, Vec<Reconnected>),
}

/// Takes connections until it is dropped, which ends them.
pub(super) async fn serve(mut arrivals: Arrivals, desk: Desk) {
    let mut connections = JoinSet::new();
    if let Arrivals::Shared(_, before) = &mut arrivals {
        for Reconnected { stream, from, head } in before.drain(..) {
            connections.spawn(attend(stream, from, head, desk.clone()));
        }
    }
    loop {
        tokio::select! {
            arrived = arrivals.next() => match arrived {
                Some((stream, from)) if connections.len() < MOST_CONNECTIONS => {
                    connections.spawn(attend(stream, from, String::new(), desk.clone()));
                }
                Some((_, from)) => tracing::warn!(%from, "a connection too many to a worker's Runtime API was refused"),
                None => return,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Arrivals {
    /// Where the worker finds the API, unless it was restored.
    pub(super) fn own_address(&self) -> Option<SocketAddr> {
        match self {
            Arrivals::Own(_, address) => Some(*address),
            Arrivals::Shared(..) => None,
        }
    }

    /// The next connection of the worker's. May be cancelled.
    async fn next(&mut self) -> Option<Arrived> {
        let (listener, address) = match self {
            Arrivals::Own(listener, address) => (listener, *address),
            Arrivals::Shared(guest, _) => return guest.next().await,
        };
        loop {
            match listener.accept().await {
                Ok((stream, from)) if peer::is_own(from, address) => return Some((stream, from)),
                // Whoever it is, it is no process of this worker.
                Ok((_, from)) => tracing::warn!(%from, "a connection to a worker's Runtime API was refused"),
                // Without a descriptor for it there is nothing to do but to wait for one.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
    }
}

/// Answers what is asked on a connection; what was read of it already comes first.
async fn attend(stream: TcpStream, from: SocketAddr, head: String, desk: Desk) {
    // A small answer waits for nothing.
    let _ = stream.set_nodelay(true);
    if head.is_empty() {
        return speak(stream, from, desk).await;
    }
    let (reader, writer) = stream.into_split();
    speak(tokio::io::join(Cursor::new(head).chain(reader), writer), from, desk).await;
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, from: SocketAddr, desk: Desk) {
    let open = desk.connections.as_ref().map(|connections| connections.begin(from));
    let answer = service_fn(|request| async { Ok::<_, Infallible>(answer(request, &desk, open.as_ref()).await) });
    let mut server = http1::Builder::new();
    // The spelling of Lambda's documentation, for clients that compare letter by letter.
    server.title_case_headers(true);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), answer).await {
        tracing::debug!("a connection to a worker's Runtime API ended: {error}");
    }
}

async fn answer(request: Request<Incoming>, desk: &Desk, open: Option<&Open>) -> Reply {
    let head = || connections::head(request.method(), request.uri().path(), request.version(), request.headers());
    let _asks = open.map(|open| open.asks(head()));
    match understood(request, desk).await {
        Ok(asked) => pass_on(asked, &desk.calls).await,
        Err(refusal) => refusal,
    }
}

/// What is asked; all of the body is taken first, whatever is asked: what is left of one ends the connection.
async fn understood(request: Request<Incoming>, desk: &Desk) -> Result<Asked, Reply> {
    let (parts, body) = request.into_parts();
    let text = |name: &str| header(&parts.headers, name).unwrap_or_default().to_owned();
    let route = desk.dialect.route(&parts.method, parts.uri.path());
    if let Route::Response(id) = route
        && header(&parts.headers, MODE) == Some(STREAMING)
    {
        return Ok(Asked::Response { id: id.to_owned(), outcome: streamed(id, body, desk).await? });
    }
    let received = bodies::received(body, desk.most as usize).await;
    let refused = |_| reply::too_large(desk.most);
    let raised = |body: &Bytes| Raised::read(header(&parts.headers, ERROR_TYPE), body);
    Ok(match route {
        Route::Ready => Asked::Ready,
        Route::Next => Asked::Next,
        Route::RestoreNext => Asked::RestoreNext,
        Route::ExtensionNext => Asked::ExtensionNext { id: text(EXTENSION_ID) },
        Route::Response(id) => Asked::Response { id: id.to_owned(), outcome: outcome(received, desk.most) },
        Route::Error(id) => {
            Asked::Response { id: id.to_owned(), outcome: Outcome::Raised(raised(&received.map_err(refused)?)) }
        }
        Route::InitError => Asked::InitError(raised(&received.map_err(refused)?)),
        Route::RestoreError => Asked::RestoreError(raised(&received.map_err(refused)?)),
        Route::Register => Asked::Register { name: text(EXTENSION_NAME), body: received.map_err(refused)? },
        Route::ExtensionInitError | Route::ExtensionExitError => {
            Asked::ExtensionError { id: text(EXTENSION_ID), kind: text(EXTENSION_ERROR) }
        }
        Route::Telemetry => return Err(reply::no_telemetry()),
        Route::WrongMethod => return Err(reply::wrong_method()),
        Route::Unknown => return Err(reply::not_found()),
    })
}

/// Has the conversation answer; where it is over, so is the connection.
async fn pass_on(asked: Asked, calls: &mpsc::Sender<Call>) -> Reply {
    let (answer, answered) = oneshot::channel();
    let over = || reply::invalid_state("anything once the worker ends");
    if calls.send(Call { asked, answer }).await.is_err() {
        return over();
    }
    answered.await.unwrap_or_else(|_| over())
}

fn outcome(received: Result<Bytes, Unread>, most: u32) -> Outcome {
    match received {
        Ok(body) => Outcome::Result(body),
        Err(Unread::TooLarge) => Outcome::TooLarge(most),
        Err(Unread::Broken(cause)) => {
            tracing::debug!("a response broke off: {cause}");
            cut_short()
        }
    }
}

fn cut_short() -> Outcome {
    Outcome::Raised(Raised::read(Some(CUT_SHORT), b"{}"))
}

/// Passes a response on as it comes, and says how it ended.
async fn streamed(id: &str, mut body: Incoming, desk: &Desk) -> Result<Outcome, Reply> {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Ok(cut_short()) };
        match frame.into_data() {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                let taken = pass_on(Asked::Piece { id: id.to_owned(), bytes }, &desk.calls).await;
                if taken.status() != http::StatusCode::ACCEPTED {
                    bodies::pass_over(&mut body).await;
                    return Err(taken);
                }
            }
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                if let kind @ Some(_) = header(&trailers, ERROR_TYPE) {
                    let body = STANDARD.decode(header(&trailers, ERROR_BODY).unwrap_or_default()).unwrap_or_default();
                    return Ok(Outcome::Raised(Raised::read(kind, &body)));
                }
            }
        }
    }
    Ok(Outcome::Result(Bytes::new()))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt;

    /// What is answered on one connection to requests whose head comes before their body.
    async fn answers(path: &str, bodies: &[Vec<u8>]) -> Vec<String> {
        let (listener, address) = listen().unwrap();
        let (calls, mut asked) = mpsc::channel::<Call>(1);
        let desk = Desk { dialect: Dialect::Lambda, calls, most: 1 << 20, connections: None };
        let _serving = tokio::spawn(serve(Arrivals::Own(listener, address), desk));
        tokio::spawn(async move {
            while let Some(call) = asked.recv().await {
                let _ = call.answer.send(match call.asked {
                    Asked::Response { outcome: Outcome::TooLarge(most), .. } => reply::too_large(most),
                    _ => reply::accepted(),
                });
            }
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut answers = Vec::new();
        for body in bodies {
            let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.write_all(body).await.unwrap();
            let mut answer = vec![0; 1024];
            let length = stream.read(&mut answer).await.unwrap();
            answers.push(String::from_utf8_lossy(&answer[..length]).lines().next().unwrap_or_default().to_owned());
        }
        answers
    }

    #[tokio::test]
    async fn a_body_that_nobody_needs_does_not_end_the_connection() {
        let path = "/2020-01-01/extension/exit/error";
        assert_eq!(answers(path, &[b"{}".to_vec(), b"{}".to_vec()]).await, ["HTTP/1.1 202 Accepted"; 2]);
    }

    #[tokio::test]
    async fn who_sends_too_much_is_told_and_may_go_on() {
        let path = "/2018-06-01/runtime/invocation/a/response";
        let told = answers(path, &[vec![b'x'; 9 << 20], b"{}".to_vec()]).await;
        assert_eq!(told, ["HTTP/1.1 413 Payload Too Large", "HTTP/1.1 202 Accepted"]);
    }
}
