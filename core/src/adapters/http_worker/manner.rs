//! How a protocol puts things into HTTP.

use super::super::http as events;
use super::super::speaking::plain;
use crate::bootstrap::message::Failure;
use crate::error::Code;
use crate::instance::{Command, Subject};
use crate::package::Language;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::response::Parts;
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

/// A request on its way to a worker; its target has a path only.
pub(in super::super) type Sent = Request<Full<Bytes>>;

/// A function that a worker serves.
#[derive(Debug, Clone)]
pub(in super::super) struct Function {
    pub(in super::super) name: String,
    pub(in super::super) package: PathBuf,
    pub(in super::super) entry: String,
    pub(in super::super) memory_limit: Option<u64>,
}

/// An event and what belongs to it.
#[derive(Debug)]
pub(in super::super) struct Call {
    pub(in super::super) id: String,
    pub(in super::super) event: Vec<u8>,
    pub(in super::super) budget_us: u64,
    /// The context of the request, an object or nothing.
    pub(in super::super) context: Value,
    /// The event's fields, read when they are first asked for.
    fields: OnceLock<Value>,
}

impl Call {
    pub(super) fn new(id: String, event: Vec<u8>, budget_us: u64, context: Value) -> Self {
        Self { id, event, budget_us, context, fields: OnceLock::new() }
    }

    fn fields(&self) -> &Value {
        self.fields.get_or_init(|| serde_json::from_slice(&self.event).unwrap_or(Value::Null))
    }

    /// Whether the event is a request, in API Gateway's form.
    pub(in super::super) fn is_http(&self) -> bool {
        events::method_of(self.fields()).is_some()
    }

    /// The request that plain HTTP makes of the event.
    pub(in super::super) fn request(&self) -> Result<Sent, String> {
        events::request_of(&self.event, self.fields())
    }
}

/// A protocol of workers that are servers. What it does not override is as plain HTTP has it.
pub(in super::super) trait Manner: fmt::Debug + Send + Sync + 'static {
    /// Its name in `headstart.toml`.
    fn name(&self) -> &'static str;

    /// What a worker runs: the entry's file, by its language's interpreter; else the package's `bootstrap`.
    fn command(&self, entry: &str, language: Option<Language>) -> Command {
        let module = entry.rsplit_once('.').map_or(entry, |(module, _)| module);
        match language {
            Some(Language::Python) => Command::interpreted([&*format!("{}.py", module.replace('.', "/"))]),
            // Node finds out which extension it is.
            Some(Language::Node) => Command::interpreted([&*format!("./{module}")]),
            _ => Command::bootstrap(),
        }
    }

    /// What a worker writes when an event's log is complete, as [`WorkerProtocol::log_end`] has it.
    ///
    /// [`WorkerProtocol::log_end`]: crate::instance::WorkerProtocol::log_end
    fn log_end(&self) -> Option<&'static str> {
        None
    }

    /// What its process finds, beside the function's own variables.
    fn environment(&self, function: &Subject<'_>, port: u16) -> Vec<(&'static str, String)>;

    /// What is asked before the first event; after it fails, the next.
    fn initialize(&self, _function: &Function) -> Result<Vec<Sent>, String> {
        Ok(Vec::new())
    }

    /// What an answer to that says: whether it is done; `None` where the next is to be asked.
    fn is_initialized(&self, parts: &Parts, body: &[u8]) -> Option<Result<(), Box<Failure>>> {
        Some(if parts.status.is_success() { Ok(()) } else { Err(failure(Code::ImportFailed, parts, body)) })
    }

    /// What is asked for an event.
    fn invoke(&self, _function: &Function, call: &Call) -> Result<Sent, String> {
        call.request()
    }

    /// What the answer says.
    fn result(&self, call: &Call, parts: &Parts, body: &[u8]) -> Result<Vec<u8>, Box<Failure>> {
        as_it_was(call, parts, body)
    }

    /// What is asked before a freeze.
    fn before_freeze(&self) -> Option<Sent> {
        None
    }

    /// What is asked before the end.
    fn before_end(&self) -> Option<Sent> {
        None
    }
}

/// A request that posts a body of this kind.
pub(in super::super) fn posted(path: &'static str, kind: &'static str, body: impl Into<Bytes>) -> Sent {
    let mut request = Request::new(Full::from(body.into()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static(path);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    request
}

/// An answer as plain HTTP has it: whoever sent a request gets any answer; else one that is no success is an error.
pub(in super::super) fn as_it_was(call: &Call, parts: &Parts, body: &[u8]) -> Result<Vec<u8>, Box<Failure>> {
    let is_http = call.is_http();
    if is_http || parts.status.is_success() {
        return Ok(events::result(parts, body, is_http));
    }
    Err(failure(Code::FunctionRaised, parts, body))
}

/// The error that an answer stands for.
fn failure(code: Code, parts: &Parts, body: &[u8]) -> Box<Failure> {
    let told: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |name: &str| told[name].as_str().map(ToOwned::to_owned);
    let message =
        text("errorMessage").or_else(|| text("error")).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    let type_name = text("errorType").unwrap_or_else(|| format!("HTTP {}", parts.status.as_u16()));
    Box::new(Failure { type_name: Some(type_name), ..*plain(code, message) })
}
