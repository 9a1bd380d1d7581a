//! Requests as events, for platforms whose functions are servers.

use super::super::http as events;
use super::served::{Invoked, Served, kind, status};
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Answers any request: a `CloudEvent` is the event itself, whose result nobody reads; of any other the function says the
/// answer.
pub(super) async fn answer(State(served): State<Arc<Served>>, request: Request<Body>) -> Response<Body> {
    let id = id(request.headers());
    of(&served, request, &id).await
}

/// The same, where the platform has named the request.
pub(super) async fn of(served: &Served, request: Request<Body>, id: &str) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = match served.body(body).await {
        Ok(body) => body,
        Err(status) => return plain(status, status.canonical_reason().unwrap_or_default()),
    };
    let is_cloud_event = events::is_cloud_event(&parts.headers);
    let event = if is_cloud_event {
        match events::cloud_event(&parts.headers, &body) {
            Ok(event) => event,
            Err(why) => return plain(StatusCode::BAD_REQUEST, &why),
        }
    } else {
        events::event(&parts, &body, id, source(&parts.headers))
    };
    let Invoked { result, output } =
        served.invoke(event.to_string().into_bytes(), context(id, &parts.headers), None).await;
    served.logs.take(&output);
    match result {
        Ok(_) if is_cloud_event => plain(StatusCode::NO_CONTENT, ""),
        Ok(result) => match events::answer(&result) {
            Ok(answer) => answer.map(Body::from),
            Err(why) => plain(StatusCode::BAD_GATEWAY, &format!("the function's result is no answer: {why}")),
        },
        Err(error) => {
            let told = json!({"errorType": kind(&error), "errorMessage": error.message()});
            let mut answer = Response::new(Body::from(told.to_string()));
            *answer.status_mut() = status(&error);
            answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
            answer
        }
    }
}

/// The request's name: the caller's, where that is one.
fn id(headers: &HeaderMap) -> String {
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(|id| id.len() <= 128);
    given.map_or_else(|| Uuid::new_v4().to_string(), ToOwned::to_owned)
}

/// What the platform's proxy says of who asks.
fn source(headers: &HeaderMap) -> &str {
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    forwarded.and_then(|all| all.split(',').next()).map_or("", str::trim)
}

fn context(id: &str, headers: &HeaderMap) -> Value {
    let trace = headers.get("traceparent").and_then(|value| value.to_str().ok());
    json!({"request_id": id, "trace_id": trace})
}

/// An answer of plain text.
pub(super) fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut answer = Response::new(Body::from(Bytes::copy_from_slice(text.as_bytes())));
    *answer.status_mut() = status;
    answer
}
