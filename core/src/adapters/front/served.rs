//! What all fronts share: the host, the function, the way to it.

use super::super::bodies::{self, Unread};
use crate::error::{Code, Error, Output, Result};
use crate::host::{Deadline, Function, FunctionId, Host, Prewarm, Reply, Request};
use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// How long a request's body may take.
const BODY_WITHIN: Duration = Duration::from_mins(1);

/// A function, and how it is served.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) host: Host,
    pub(super) function: RwLock<Option<FunctionId>>,
    /// Held by who makes the function known.
    pub(super) initializing: tokio::sync::Mutex<()>,
    pub(super) timeout: Duration,
    /// Bytes of the largest request.
    pub(super) most_body: usize,
    pub(super) runtime: Option<String>,
    pub(super) code: PathBuf,
    pub(super) logs: Logs,
}

/// Where output goes.
pub(super) struct Logs(Box<dyn Fn(&Output) + Send + Sync>);

impl Logs {
    pub(super) fn nowhere() -> Self {
        Self::to(|_| ())
    }

    pub(super) fn to(take: impl Fn(&Output) + Send + Sync + 'static) -> Self {
        Self(Box::new(take))
    }

    pub(super) fn take(&self, output: &Output) {
        (self.0)(output);
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logs")
    }
}

impl Served {
    pub(super) fn known(&self) -> Option<FunctionId> {
        self.function.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a function known that the platform brought, and has an instance ready; one that cannot be initialized is
    /// forgotten again.
    pub(super) async fn bring(&self, function: Function) -> Result<()> {
        let function = match &self.runtime {
            Some(runtime) => function.runtime(runtime),
            None => function,
        };
        let id = self.host.register(function).await?;
        match self.host.prewarm(&id, Prewarm::warm(1)).await {
            Ok(()) => {
                *self.function.write().unwrap_or_else(PoisonError::into_inner) = Some(id);
                Ok(())
            }
            Err(error) => {
                self.host.unregister(&id);
                Err(error)
            }
        }
    }

    /// Hands the function an event; what it wrote comes back with it.
    pub(super) async fn invoke(&self, event: Vec<u8>, context: Value, deadline: Option<Deadline>) -> Invoked {
        let Some(function) = self.known() else { return Invoked::of(Err(not_initialized())) };
        let request = Request::new(event).context(context);
        let request = request.deadline(deadline.unwrap_or_else(|| Deadline::after(self.timeout)));
        Invoked::of(self.host.invoke_request(&function, request).await)
    }

    /// A whole body; the status of a refusal where it is too large, too slow or broken off.
    pub(super) async fn body(&self, body: Body) -> Result<Bytes, StatusCode> {
        match tokio::time::timeout(BODY_WITHIN, bodies::received(body, self.most_body)).await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(Unread::TooLarge)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(Unread::Broken(_))) => Err(StatusCode::BAD_REQUEST),
            Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        }
    }
}

/// What came of an event.
#[derive(Debug)]
pub(super) struct Invoked {
    pub(super) result: Result<Vec<u8>>,
    pub(super) output: Output,
}

impl Invoked {
    fn of(answered: Result<Reply>) -> Self {
        match answered {
            Ok(reply) => {
                let mut output = reply.start_output().cloned().unwrap_or_default();
                output.append(reply.output().clone());
                Self { result: Ok(reply.into_payload()), output }
            }
            Err(error) => Self { output: error.output().cloned().unwrap_or_default(), result: Err(error) },
        }
    }
}

fn not_initialized() -> Error {
    Error::new(Code::FunctionNotRegistered, "serve the request", "the platform has not handed over a function yet")
}

/// The class of an exception; the code where there is none.
pub(super) fn kind(error: &Error) -> String {
    let class = error.exception().map(|exception| exception.type_name.clone()).filter(|name| !name.is_empty());
    class.unwrap_or_else(|| error.code().to_string())
}

/// The status of an answer that says what went wrong.
pub(super) fn status(error: &Error) -> StatusCode {
    match error.code() {
        Code::HostOverloaded => StatusCode::TOO_MANY_REQUESTS,
        Code::HostStopped | Code::FunctionNotRegistered => StatusCode::SERVICE_UNAVAILABLE,
        Code::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Code::PayloadInvalidJson => StatusCode::BAD_REQUEST,
        Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
