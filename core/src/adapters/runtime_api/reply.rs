//! What is said back, in the words of Lambda.

use bytes::Bytes;
use http::{Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use serde_json::{Value, json};

/// An answer over HTTP.
pub(super) type Reply = Response<Full<Bytes>>;

/// An answer in JSON.
pub(super) fn of(status: StatusCode, body: &Value) -> Reply {
    let mut reply = Response::new(Full::from(body.to_string()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    reply
}

/// What was posted is taken.
pub(super) fn accepted() -> Reply {
    of(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

/// Refused.
pub(super) fn refused(status: StatusCode, kind: &str, message: &str) -> Reply {
    of(status, &json!({"errorType": kind, "errorMessage": message}))
}

/// Not what may be asked for now.
pub(super) fn invalid_state(what: &str) -> Reply {
    refused(StatusCode::FORBIDDEN, "InvalidStateTransition", &format!("{what} is not allowed now"))
}

/// About an event that is not the one in hand.
pub(super) fn invalid_request_id() -> Reply {
    refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

/// Larger than a result may be.
pub(super) fn too_large(most: u32) -> Reply {
    let message = format!("Exceeded maximum allowed payload size ({most} bytes).");
    refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
}

/// Nothing that exists.
pub(super) fn not_found() -> Reply {
    refused(StatusCode::NOT_FOUND, "NotFound", "there is no such call in the Runtime API")
}

/// Another method than it has.
pub(super) fn wrong_method() -> Reply {
    refused(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "the call has another method")
}

/// That nobody delivers output here.
pub(super) fn no_telemetry() -> Reply {
    refused(StatusCode::ACCEPTED, "Telemetry.NotSupported", "Telemetry API is not supported")
}
