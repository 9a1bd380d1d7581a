//! One event, and what the Runtime API says of it.

use super::dialect::Dialect;
use super::fault::Fault;
use super::http::Response;
use headstart::bootstrap::frame::MAX_CONTEXT;
use headstart::error::{Code, Error, Result};
use headstart::sys::clock;
use serde::Serialize;
use serde_json::value::RawValue;

/// An event.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) id: String,
    /// Tells invocations of one request from each other, where the platform says so.
    pub(super) part: Option<String>,
    pub(super) payload: Vec<u8>,
    deadline_us: Option<u64>,
    headers: Response,
}

/// What a handler is told beside the event, under the names that launchers know.
#[derive(Debug, Serialize)]
struct Said<'a> {
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_function_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_context: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a RawValue>,
}

impl Invocation {
    /// From the answer to a call for the next event; fails where that does not name the request.
    pub(super) fn new(mut answer: Response, dialect: Dialect) -> Result<Self> {
        let id = dialect.id(&answer).map(str::to_owned).ok_or_else(|| {
            Error::new(Code::RuntimeApiFailed, "take the next event", "the answer does not name the request")
        })?;
        let part = answer.header("Lambda-Runtime-Invocation-Id").map(str::to_owned);
        let deadline_us = dialect.deadline_us(&answer);
        Ok(Self { id, part, payload: std::mem::take(&mut answer.body), deadline_us, headers: answer })
    }

    /// Microseconds until the deadline, at least one; 0 where there is none.
    pub(super) fn budget_us(&self) -> u64 {
        self.deadline_us.map_or(0, |at| at.saturating_sub(clock::wall_clock_ns() / 1000).max(1))
    }

    /// The trace that the request belongs to.
    pub(super) fn trace_id(&self) -> Option<&str> {
        self.headers.header("Lambda-Runtime-Trace-Id")
    }

    /// The context as launchers take it; a fault where the caller's part of it is not JSON.
    pub(super) fn context(&self) -> Result<Vec<u8>, Fault> {
        let context = Said {
            request_id: &self.id,
            trace_id: self.trace_id(),
            invoked_function_arn: self.headers.header("Lambda-Runtime-Invoked-Function-Arn"),
            tenant_id: self.headers.header("Lambda-Runtime-Aws-Tenant-Id"),
            client_context: self.json("Lambda-Runtime-Client-Context", "Client Context")?,
            identity: self.json("Lambda-Runtime-Cognito-Identity", "Cognito Identity")?,
        };
        let text = serde_json::to_vec(&context).unwrap_or_default();
        if text.len() > MAX_CONTEXT as usize {
            return Err(Fault::runtime("LambdaContextUnmarshalError", "The context is over 64 KiB"));
        }
        Ok(text)
    }

    fn json(&self, header: &str, name: &str) -> Result<Option<&RawValue>, Fault> {
        let text = self.headers.header(header).filter(|text| !text.is_empty());
        text.map(serde_json::from_str).transpose().map_err(|error| {
            Fault::runtime("LambdaContextUnmarshalError", format!("Unable to parse {name} JSON: {error}"))
        })
    }
}
