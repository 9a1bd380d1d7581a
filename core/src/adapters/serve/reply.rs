//! Replies and their bodies.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// A reply on its way to the caller.
pub(super) type Reply = Response<Body>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A reply with a body that is written as JSON.
pub(super) fn json<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Reply {
    // Maps with keys of text and numbers: nothing that JSON has no form for.
    let body = serde_json::to_vec(value).unwrap_or_default();
    with(status, JSON, body)
}

/// A reply with a body that is JSON text already.
pub(super) fn json_text(status: StatusCode, text: Vec<u8>) -> Reply {
    with(status, JSON, text)
}

/// A reply with a body of a type.
pub(super) fn with(status: StatusCode, kind: HeaderValue, body: impl Into<Body>) -> Reply {
    let mut reply = Response::new(body.into());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, kind);
    reply
}

/// A reply without a body.
pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status;
    reply
}
