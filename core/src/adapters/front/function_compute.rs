//! Function Compute's requests to a custom runtime.

use super::http;
use super::served::{Invoked, Served, kind};
use crate::error::{Error, Output};
use crate::host::{Deadline, Prewarm};
use ::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{any, get, post};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// By which a runtime says how a request came out.
const STATUS: &str = "x-fc-status";
const REQUEST_ID: &str = "x-fc-request-id";
/// Seconds that an event may take.
const TIMEOUT: &str = "x-fc-function-timeout";
/// How long instances may take to end.
const GRACE: Duration = Duration::from_secs(5);

pub(super) fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/initialize", post(initialize))
        .route("/invoke", post(invoke))
        .route("/pre-freeze", get(before_freeze))
        .route("/pre-stop", get(before_stop))
        .fallback(any(request))
        .with_state(served)
}

/// An instance is started, so that it is ready for the first event.
async fn initialize(State(served): State<Arc<Served>>) -> Response<Body> {
    let Some(function) = served.known() else { return said(true, Body::empty()) };
    match served.host.prewarm(&function, Prewarm::warm(1)).await {
        Ok(()) => said(true, Body::empty()),
        Err(error) => {
            served.logs.take(&error.output().cloned().unwrap_or_default());
            said(false, failed(&error))
        }
    }
}

async fn invoke(State(served): State<Arc<Served>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let event = match served.body(body).await {
        Ok(event) => event.to_vec(),
        Err(status) => return http::plain(status, status.canonical_reason().unwrap_or_default()),
    };
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let id = text(REQUEST_ID).unwrap_or_default();
    let deadline = text(TIMEOUT).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs).map(Deadline::after);
    let context = json!({"request_id": id, "client_context": {"function_compute": told(&parts.headers)}});
    let Invoked { result, output } = served.invoke(event, context, deadline).await;
    served.logs.take(&framed(id, output));
    match result {
        Ok(result) => said(true, Body::from(result)),
        Err(error) => said(false, failed(&error)),
    }
}

/// Requests of HTTP triggers.
async fn request(State(served): State<Arc<Served>>, request: Request<Body>) -> Response<Body> {
    let id = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut answer = http::of(&served, request, &id).await;
    answer.headers_mut().entry(STATUS).or_insert(HeaderValue::from_static("200"));
    answer
}

/// The instances run their hooks, and are stopped until the next event.
async fn before_freeze(State(served): State<Arc<Served>>) -> Response<Body> {
    let Some(function) = served.known() else { return said(true, Body::empty()) };
    let idle = served.host.report(&function).map_or(0, |report| report.idle.len() + report.frozen.len());
    match served.host.prewarm(&function, Prewarm::frozen(idle)).await {
        Ok(()) => said(true, Body::empty()),
        Err(error) => said(false, failed(&error)),
    }
}

async fn before_stop(State(served): State<Arc<Served>>) -> Response<Body> {
    served.host.stop(GRACE).await;
    said(true, Body::empty())
}

fn said(is_well: bool, body: Body) -> Response<Body> {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::OK;
    answer.headers_mut().insert(STATUS, HeaderValue::from_static(if is_well { "200" } else { "404" }));
    answer
}

fn failed(error: &Error) -> Body {
    let trace = error.exception().map(|exception| exception.trace.clone()).unwrap_or_default();
    let told = json!({"errorMessage": error.message(), "errorType": kind(error), "stackTrace": trace});
    Body::from(told.to_string())
}

/// What the platform says of the request; not its credentials, which logs and caches must not come to hold.
fn told(headers: &HeaderMap) -> serde_json::Value {
    let secret = ["access-key-id", "access-key-secret", "security-token"];
    let all = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix("x-fc-").filter(|name| !secret.contains(name))?;
        Some((name.replace('-', "_"), serde_json::Value::from(value.to_str().ok()?)))
    });
    all.collect::<serde_json::Map<_, _>>().into()
}

/// The lines by which the platform finds an event's log.
fn framed(id: &str, output: Output) -> Output {
    let mut framed = Output { stdout: format!("FC Invoke Start RequestId: {id}\n").into_bytes(), ..Output::default() };
    framed.append(output);
    framed.stdout.extend_from_slice(format!("\nFC Invoke End RequestId: {id}\n").as_bytes());
    framed
}
