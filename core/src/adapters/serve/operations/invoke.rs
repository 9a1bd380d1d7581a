//! `Invoke`, `InvokeAsync` and `InvokeWithResponseStream`.

use super::Outcome;
use crate::adapters::serve::body::{MOST_EVENT, MOST_PAYLOAD, Taken, unreadable};
use crate::adapters::serve::fault::{Fault, Kind};
use crate::adapters::serve::guard::RequestId;
use crate::adapters::serve::invocation::{Answer, Invocation};
use crate::adapters::serve::record::Which;
use crate::adapters::serve::reply::{self, Reply};
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::streaming;
use crate::adapters::serve::target::Target;
use axum::body::Body;
use axum::extract::{Extension, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of a client's context: AWS's quota.
const MOST_CLIENT_CONTEXT: usize = 3_583;

/// How a caller wants its invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    RequestResponse,
    Event,
    DryRun,
}

/// `Invoke`.
pub(in super::super) async fn invoke(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    target: Target,
    headers: HeaderMap,
    body: Body,
) -> Outcome {
    let kind = invocation_type(&headers)?;
    let most = if kind == Type::Event { MOST_EVENT } else { MOST_PAYLOAD };
    let taken = shared.bodies.read(body, most, "InvokeFunction").await?;
    let invocation = invocation(id, target, &headers, taken)?;
    match kind {
        Type::RequestResponse => Ok(answered(shared.invoke(&invocation).await?)),
        Type::Event => later(&shared, invocation),
        Type::DryRun => shared.resolve(&invocation.reference, id).map(|_| reply::empty(StatusCode::NO_CONTENT)),
    }
}

/// `InvokeAsync`, which `Invoke` with the type Event has replaced.
pub(in super::super) async fn invoke_later(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    target: Target,
    headers: HeaderMap,
    body: Body,
) -> Outcome {
    let taken = shared.bodies.read(body, MOST_EVENT, "InvokeFunction").await?;
    later(&shared, invocation(id, target, &headers, taken)?)
}

/// `InvokeWithResponseStream`.
pub(in super::super) async fn invoke_streaming(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    target: Target,
    headers: HeaderMap,
    body: Body,
) -> Outcome {
    let kind = invocation_type(&headers)?;
    let taken = shared.bodies.read(body, MOST_PAYLOAD, "InvokeFunction").await?;
    let invocation = invocation(id, target, &headers, taken)?;
    match kind {
        Type::DryRun => shared.resolve(&invocation.reference, id).map(|_| reply::empty(StatusCode::NO_CONTENT)),
        Type::Event => Err(wrong_type("Event", "[RequestResponse, DryRun]")),
        Type::RequestResponse => {
            let (which, mut reply) = streaming::answer(shared, invocation).await?;
            executed(&mut reply, which);
            Ok(reply)
        }
    }
}

fn later(shared: &Arc<Shared>, invocation: Invocation) -> Outcome {
    shared.resolve(&invocation.reference, invocation.id)?;
    serde_json::from_slice::<IgnoredAny>(&invocation.payload.bytes).map_err(|error| unreadable(&error))?;
    shared.queue(invocation)?;
    Ok(reply::empty(StatusCode::ACCEPTED))
}

fn answered(answer: Answer) -> Reply {
    let Answer { which, result, tail } = answer;
    let is_failed = result.is_err();
    let body = result.unwrap_or_else(|failed| failed.body);
    let mut reply = reply::json_text(StatusCode::OK, body);
    executed(&mut reply, which);
    let headers = reply.headers_mut();
    if is_failed {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    headers.extend(tail.and_then(|tail| Some((http::HeaderName::from_static("x-amz-log-result"), tail.parse().ok()?))));
    reply
}

fn executed(reply: &mut Reply, which: Which) {
    if let Ok(version) = which.to_string().parse() {
        reply.headers_mut().insert("x-amz-executed-version", version);
    }
}

fn invocation(id: Uuid, target: Target, headers: &HeaderMap, mut payload: Taken) -> Result<Invocation, Fault> {
    let wants_tail = match text(headers, "x-amz-log-type") {
        None | Some("None") => false,
        Some("Tail") => true,
        Some(other) => return Err(Fault::constraint(other, "logType", "satisfy enum value set: [None, Tail]")),
    };
    if payload.bytes.is_empty() {
        payload.bytes = b"{}".to_vec();
    }
    Ok(Invocation {
        reference: target.reference,
        id,
        payload,
        client_context: text(headers, "x-amz-client-context").map(client_context).transpose()?,
        trace: text(headers, "x-amzn-trace-id").map(str::to_owned),
        wants_tail,
        reader: None,
    })
}

fn client_context(text: &str) -> Result<Value, Fault> {
    let refuse = || Fault::new(Kind::InvalidContent, "Client context must be a valid Base64-encoded JSON object.");
    if text.len() > MOST_CLIENT_CONTEXT {
        return Err(Fault::constraint(text, "clientContext", "have length less than or equal to 3583"));
    }
    let bytes = STANDARD.decode(text).map_err(|_| refuse())?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object).ok_or_else(refuse)
}

fn invocation_type(headers: &HeaderMap) -> Result<Type, Fault> {
    match text(headers, "x-amz-invocation-type") {
        None | Some("RequestResponse") => Ok(Type::RequestResponse),
        Some("Event") => Ok(Type::Event),
        Some("DryRun") => Ok(Type::DryRun),
        Some(other) => Err(wrong_type(other, "[Event, RequestResponse, DryRun]")),
    }
}

fn wrong_type(value: &str, known: &str) -> Fault {
    Fault::constraint(value, "invocationType", &format!("satisfy enum value set: {known}"))
}

/// A header's value, where it is one of printable ASCII.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
