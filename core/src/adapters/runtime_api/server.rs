//! The HTTP side: connections of one worker's processes, each request understood and passed on.

use super::conversation::{Asked, Call, Outcome};
use super::dialect::Dialect;
use super::raised::Raised;
use super::reply::{self, Reply};
use super::route::Route;
use crate::sys::peer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Collected, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
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
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
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
}

/// Takes connections until it is dropped, which ends them.
pub(super) async fn serve(listener: TcpListener, address: SocketAddr, desk: Desk) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) if connections.len() < MOST_CONNECTIONS && peer::is_own(from, address) => {
                    connections.spawn(attend(stream, desk.clone()));
                }
                // Whoever it is, it is no process of this worker.
                Ok((_, from)) => tracing::warn!(%from, "a connection to a worker's Runtime API was refused"),
                // Without a descriptor for it there is nothing to do but to wait for one.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn attend(stream: TcpStream, desk: Desk) {
    // A small answer waits for nothing.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|request| {
        let desk = desk.clone();
        async move { Ok::<_, Infallible>(answer(request, &desk).await) }
    });
    let mut server = http1::Builder::new();
    // The spelling of Lambda's documentation, for clients that compare letter by letter.
    server.title_case_headers(true);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), answer).await {
        tracing::debug!("a connection to a worker's Runtime API ended: {error}");
    }
}

async fn answer(request: Request<Incoming>, desk: &Desk) -> Reply {
    let most = desk.most;
    let (parts, body) = request.into_parts();
    let text = |name: &str| header(&parts.headers, name).unwrap_or_default().to_owned();
    let error_type = header(&parts.headers, ERROR_TYPE);
    let asked = match desk.dialect.route(&parts.method, parts.uri.path()) {
        Route::Ready => Asked::Ready,
        Route::Next => Asked::Next,
        Route::RestoreNext => Asked::RestoreNext,
        Route::ExtensionNext => Asked::ExtensionNext { id: text(EXTENSION_ID) },
        Route::Response(id) if header(&parts.headers, MODE) == Some(STREAMING) => {
            match streamed(id, body, desk).await {
                Ok(outcome) => Asked::Response { id: id.to_owned(), outcome },
                Err(refusal) => return refusal,
            }
        }
        Route::Response(id) => Asked::Response { id: id.to_owned(), outcome: outcome(body, most).await },
        Route::Error(id) => match whole(body, most).await {
            Ok(body) => {
                Asked::Response { id: id.to_owned(), outcome: Outcome::Raised(Raised::read(error_type, &body)) }
            }
            Err(refusal) => return refusal,
        },
        Route::InitError => match whole(body, most).await {
            Ok(body) => Asked::InitError(Raised::read(error_type, &body)),
            Err(refusal) => return refusal,
        },
        Route::RestoreError => match whole(body, most).await {
            Ok(body) => Asked::RestoreError(Raised::read(error_type, &body)),
            Err(refusal) => return refusal,
        },
        Route::Register => match whole(body, most).await {
            Ok(body) => Asked::Register { name: text(EXTENSION_NAME), body },
            Err(refusal) => return refusal,
        },
        Route::ExtensionInitError | Route::ExtensionExitError => {
            Asked::ExtensionError { id: text(EXTENSION_ID), kind: text(EXTENSION_ERROR) }
        }
        Route::Telemetry => return reply::no_telemetry(),
        Route::WrongMethod => return reply::wrong_method(),
        Route::Unknown => return reply::not_found(),
    };
    pass_on(asked, &desk.calls).await
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

async fn whole(body: Incoming, most: u32) -> Result<Bytes, Reply> {
    let collected = Limited::new(body, most as usize).collect().await;
    collected.map(Collected::to_bytes).map_err(|_| reply::too_large(most))
}

async fn outcome(body: Incoming, most: u32) -> Outcome {
    match Limited::new(body, most as usize).collect().await {
        Ok(collected) => Outcome::Result(collected.to_bytes()),
        Err(_) => Outcome::TooLarge(most),
    }
}

/// Passes a response on as it comes, and says how it ended.
async fn streamed(id: &str, mut body: Incoming, desk: &Desk) -> Result<Outcome, Reply> {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Ok(Outcome::Raised(Raised::read(Some(CUT_SHORT), b"{}"))) };
        match frame.into_data() {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                let taken = pass_on(Asked::Piece { id: id.to_owned(), bytes }, &desk.calls).await;
                if taken.status() != http::StatusCode::ACCEPTED {
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
