//! The Lambda Runtime API, call by call.

use super::dialect::{self, Dialect};
use super::fault::Fault;
use super::http::{Connection, Request, Response, Upload};
use super::invocation::Invocation;
use super::settings::Settings;
use super::waiting::{Came, Pace};
use headstart::error::{Code, Error, Result};
use headstart::sys::interrupt::Interrupts;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// The header that names what went wrong.
pub(super) const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
/// The trailer that says the same in full, in base64.
pub(super) const ERROR_BODY: &str = "Lambda-Runtime-Function-Error-Body";
/// The header by which a runtime says that it streams.
const MODE: &str = "Lambda-Runtime-Function-Response-Mode";
/// The header that tells X-Ray what went wrong.
const X_RAY: &str = "Lambda-Runtime-Function-XRay-Error-Cause";
/// The header that ties an answer to one of several invocations of one request.
const INVOCATION: &str = "Lambda-Runtime-Invocation-Id";

/// The calls of a runtime.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    connection: Connection,
    pub(super) dialect: Dialect,
    interrupts: Arc<Interrupts>,
    pace: Pace,
}

/// What came while an event was waited for.
#[derive(Debug)]
pub(super) enum Next {
    Event(Box<Invocation>),
    /// The other descriptor has something to say.
    Other,
    /// This process is to end.
    Interrupt,
}

impl RuntimeApi {
    /// Where the settings say that it is; the connection is made with the first call.
    pub(super) fn new(settings: &Settings, interrupts: Arc<Interrupts>) -> Self {
        let (connection, dialect) = (Connection::new(&settings.api), settings.dialect);
        Self { connection, dialect, interrupts, pace: Pace::default() }
    }

    /// Says that the function is ready, where the platform wants to know.
    pub(super) fn ready(&mut self) -> Result<()> {
        let Some(path) = self.dialect.ready() else { return Ok(()) };
        let answer = self.post(path, &[("Content-Type", "application/json")], b"{}")?;
        expect(answer, "say that the function is ready").map(drop)
    }

    /// The next event, whenever it comes; `other` is watched meanwhile.
    pub(super) fn next(&mut self, other: Option<BorrowedFd<'_>>) -> Result<Next> {
        let Self { connection, dialect, interrupts, pace } = self;
        let mut came = Came::Input;
        let request = Request { method: "GET", path: dialect.next(), headers: &[], body: b"" };
        let answer = connection.ask(&request, |stream| {
            came = pace.first(interrupts, stream.as_fd(), other)?;
            Ok(came == Came::Input)
        })?;
        match (answer, came) {
            (Some(answer), _) => {
                let answer = expect(answer, "take the next event")?;
                Invocation::new(answer, *dialect).map(|it| Next::Event(Box::new(it)))
            }
            (None, Came::Other) => Ok(Next::Other),
            (None, _) => Ok(Next::Interrupt),
        }
    }

    /// Hands over a result.
    pub(super) fn respond(&mut self, invocation: &Invocation, result: &[u8]) -> Result<()> {
        self.answer(invocation, "response", &[("Content-Type", "application/json")], result)
    }

    /// Begins to hand over a result as it comes.
    pub(super) fn begin(&self, invocation: &Invocation, content_type: &str) -> Result<Upload> {
        let trailers = format!("{ERROR_TYPE}, {ERROR_BODY}");
        let mut headers = vec![("Content-Type", content_type), (MODE, "streaming"), ("Trailer", trailers.as_str())];
        headers.extend(invocation.part.as_deref().map(|part| (INVOCATION, part)));
        self.connection.upload(&self.dialect.answer(&invocation.id, "response"), &headers)
    }

    /// Hands over what an invocation failed with.
    pub(super) fn fail(&mut self, invocation: &Invocation, fault: &Fault) -> Result<()> {
        let (body, cause, name) = (fault.body(Some(&invocation.id)), fault.x_ray(), fault.header());
        let mut headers = vec![("Content-Type", "application/json"), (ERROR_TYPE, name.as_str())];
        headers.extend(cause.as_deref().map(|cause| (X_RAY, cause)));
        self.answer(invocation, "error", &headers, &body)
    }

    /// An answer that is not taken is told of: the event is another's by now, or the answer is too large. The next event
    /// can be handled all the same.
    fn answer(
        &mut self,
        invocation: &Invocation,
        what: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<()> {
        let path = self.dialect.answer(&invocation.id, what);
        let mut headers = headers.to_vec();
        headers.extend(invocation.part.as_deref().map(|part| (INVOCATION, part)));
        let answer = self.post(&path, &headers, body)?;
        settle(answer, invocation, what)
    }

    /// Says that the function cannot be started; `kind` stands in place of the fault's own name.
    pub(super) fn init_error(&mut self, fault: &Fault, kind: Option<&str>) -> Result<()> {
        self.error("init", fault, kind)
    }

    /// Returns once this process was restored from a snapshot.
    pub(super) fn restore_next(&mut self) -> Result<()> {
        let request = Request { method: "GET", path: dialect::RESTORE, headers: &[], body: b"" };
        let answer = self.connection.ask(&request, |_| Ok(true))?;
        expect(answer.unwrap_or_default(), "wait for the restore").map(drop)
    }

    /// Says that the function cannot go on after a restore.
    pub(super) fn restore_error(&mut self, fault: &Fault, kind: &str) -> Result<()> {
        self.error("restore", fault, Some(kind))
    }

    fn error(&mut self, phase: &str, fault: &Fault, kind: Option<&str>) -> Result<()> {
        let Some(path) = self.dialect.error(phase) else { return Ok(()) };
        let name = kind.map_or_else(|| fault.header(), str::to_owned);
        let headers = [("Content-Type", "application/json"), (ERROR_TYPE, name.as_str())];
        let answer = self.post(&path, &headers, &fault.body(None))?;
        expect(answer, "tell of the error").map(drop)
    }

    fn post(&mut self, path: &str, headers: &[(&'static str, &str)], body: &[u8]) -> Result<Response> {
        let request = Request { method: "POST", path, headers, body };
        Ok(self.connection.ask(&request, |_| Ok(true))?.unwrap_or_default())
    }
}

/// What the platform says of what it was handed.
pub(super) fn settle(answer: Response, invocation: &Invocation, what: &str) -> Result<()> {
    if (400..500).contains(&answer.status) {
        let why = String::from_utf8_lossy(&answer.body).into_owned();
        crate::say(&format!("the {what} for request {} was not taken ({}): {why}", invocation.id, answer.status));
        return Ok(());
    }
    expect(answer, "answer an event").map(drop)
}

/// An answer that is a good one; emulators are not exact about which.
fn expect(answer: Response, operation: &str) -> Result<Response> {
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    let why = format!("the Runtime API answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    Err(Error::new(Code::RuntimeApiFailed, operation, why.trim()))
}
