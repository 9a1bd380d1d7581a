//! Alibaba Cloud's Function Compute: workers that are custom runtimes.
//!
//! Source: Alibaba Cloud, Function Compute, "Custom runtime: specification details", "Event handlers", "Function instance
//! lifecycle".

use super::http_worker::{Call, Function, HttpWorker, Manner, Sent, as_it_was, posted};
use super::speaking::plain;
use crate::bootstrap::message::Failure;
use crate::error::Code;
use crate::instance::{Command, Subject, WorkerProtocol};
use bytes::Bytes;
use http::response::Parts;
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;
use std::sync::Arc;

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "function-compute";

/// By which a runtime says that a request failed: `404`.
const STATUS: &str = "x-fc-status";

/// Workers that are custom runtimes: initialized by `/initialize`, given events by `/invoke` (events of HTTP triggers, in
/// API Gateway's form, at their own path), told of a freeze by `/pre-freeze` and of the end by `/pre-stop`.
///
/// `command`: what a worker runs. Default: the entry's file, by the language's interpreter; else the package's `bootstrap`.
pub fn worker(command: Option<Command>) -> Arc<dyn WorkerProtocol> {
    Arc::new(HttpWorker::new(FunctionCompute, command))
}

#[derive(Debug)]
struct FunctionCompute;

impl Manner for FunctionCompute {
    fn name(&self) -> &'static str {
        NAME
    }

    fn environment(&self, function: &Subject<'_>, port: u16) -> Vec<(&'static str, String)> {
        let memory = function.memory_limit.map(|bytes| ("FC_FUNCTION_MEMORY_SIZE", (bytes >> 20).to_string()));
        let variables = [
            ("FC_SERVER_PORT", port.to_string()),
            ("PORT", port.to_string()),
            ("FC_FUNCTION_NAME", function.name.to_owned()),
            ("FC_FUNCTION_HANDLER", function.entry.to_owned()),
        ];
        variables.into_iter().chain(memory).collect()
    }

    fn initialize(&self, function: &Function) -> Result<Vec<Sent>, String> {
        let mut request = post("/initialize", Bytes::new());
        say_all(&mut request, function, "");
        Ok(vec![request])
    }

    /// A runtime need not have an initializer.
    fn is_initialized(&self, parts: &Parts, body: &[u8]) -> Option<Result<(), Box<Failure>>> {
        let is_absent = parts.status == http::StatusCode::NOT_FOUND && !parts.headers.contains_key(STATUS);
        let outcome = if is_absent || is_success(parts) { Ok(()) } else { Err(raised(Code::ImportFailed, body)) };
        Some(outcome)
    }

    fn invoke(&self, function: &Function, call: &Call) -> Result<Sent, String> {
        let mut request = if call.is_http() {
            let mut request = call.request()?;
            say(&mut request, "x-fc-control-path", "/http-invoke");
            request
        } else {
            post("/invoke", call.event.clone().into())
        };
        say_all(&mut request, function, &call.id);
        say(&mut request, "x-fc-function-timeout", &call.budget_us.div_ceil(1_000_000).to_string());
        Ok(request)
    }

    fn result(&self, call: &Call, parts: &Parts, body: &[u8]) -> Result<Vec<u8>, Box<Failure>> {
        if parts.headers.get(STATUS).is_some_and(|status| status == "404") {
            return Err(raised(Code::FunctionRaised, body));
        }
        as_it_was(call, parts, body)
    }

    fn before_freeze(&self) -> Option<Sent> {
        Some(get("/pre-freeze"))
    }

    fn before_end(&self) -> Option<Sent> {
        Some(get("/pre-stop"))
    }
}

fn is_success(parts: &Parts) -> bool {
    parts.status.is_success() && parts.headers.get(STATUS).is_none_or(|status| status != "404")
}

/// What a runtime says of an error: text, or JSON with a message and a type.
fn raised(code: Code, body: &[u8]) -> Box<Failure> {
    let told: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let message = told["errorMessage"].as_str().map_or_else(|| String::from_utf8_lossy(body).into_owned(), Into::into);
    Box::new(Failure { type_name: told["errorType"].as_str().map(Into::into), ..*plain(code, message) })
}

fn post(path: &'static str, body: Bytes) -> Sent {
    let mut request = posted(path, "application/octet-stream", body);
    say(&mut request, "x-fc-control-path", path);
    request
}

fn get(path: &'static str) -> Sent {
    let mut request = post(path, Bytes::new());
    *request.method_mut() = Method::GET;
    request
}

/// The headers that every request has.
fn say_all(request: &mut Sent, function: &Function, id: &str) {
    say(request, "x-fc-request-id", id);
    say(request, "x-fc-function-name", &function.name);
    say(request, "x-fc-function-handler", &function.entry);
    if let Some(bytes) = function.memory_limit {
        say(request, "x-fc-function-memory", &(bytes >> 20).to_string());
    }
}

/// What no header can hold is left out.
fn say(request: &mut Sent, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
