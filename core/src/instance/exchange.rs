//! What host and worker say to each other, with timeouts, and with the worker's end told as an error.

use super::output::Capture;
use super::pieces::Pieces;
use super::process::Process;
use super::timings::since;
use crate::bootstrap::message::{self, Failure, Hello, Log, Preload, Ready, Welcome};
use crate::bootstrap::transport::{Connection, reported};
use crate::bootstrap::{Frame, Kind, Role, negotiate};
use crate::error::{Code, Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a worker that closed its socket may take to end.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// How a wait is bounded, and what it is called when it is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) timeout: Duration,
    pub(super) code: Code,
    /// What the worker is doing meanwhile: `import`, `invoke`.
    pub(super) phase: &'static str,
}

/// A worker's connection, process and output.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) connection: Connection,
    pub(super) process: Arc<Process>,
    pub(super) capture: Arc<Capture>,
}

impl Exchange {
    /// Takes the worker's `hello` and answers with `welcome`; gives both sides' words once it is ready.
    pub(super) async fn greet(&mut self, welcome: Welcome, start: Bound, preload: Bound) -> Result<(Hello, Ready)> {
        let frame = self.answer(start).await?;
        let hello: Hello = message::decode(frame.kind, &frame.body)?;
        let version = negotiate(&hello.versions).ok_or_else(|| {
            let text = format!("the launcher speaks versions {:?}", hello.versions);
            Error::new(Code::VersionUnsupported, "greet the worker", text)
        })?;
        let ready = self.ask(Kind::Welcome, &Welcome { version, ..welcome }, preload).await?;
        Ok((hello, ready))
    }

    /// Waits for a `ready` that was not asked for on this connection, as of a zygote that was just forked.
    pub(super) async fn hear(&mut self, bound: Bound) -> Result<Ready> {
        let frame = self.answer(bound).await?;
        message::decode(frame.kind, &frame.body)
    }

    /// Sends a control message and reads the answer of its kind; a `failure` becomes the error that it names.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        kind: Kind,
        body: &impl Serialize,
        bound: Bound,
    ) -> Result<T> {
        let frame = self.exchange(kind, &[&message::encode(body)], bound).await?;
        message::decode(frame.kind, &frame.body)
    }

    /// The same, with something done between question and answer: where the worker is stopped, it finds the question
    /// when it goes on.
    pub(super) async fn ask_then<T: DeserializeOwned>(
        &mut self,
        kind: Kind,
        body: &impl Serialize,
        bound: Bound,
        between: impl FnOnce() -> Result<()>,
    ) -> Result<T> {
        let frame = self.exchange_then(kind, &[&message::encode(body)], bound, between).await?;
        message::decode(frame.kind, &frame.body)
    }

    /// Sends a message and takes the answer.
    pub(super) async fn exchange(&mut self, kind: Kind, body: &[&[u8]], bound: Bound) -> Result<Frame> {
        self.exchange_then(kind, body, bound, || Ok(())).await
    }

    /// The same for an answer that may come in pieces; takes all of it.
    pub(super) async fn exchange_pieces(
        &mut self,
        kind: Kind,
        body: &[&[u8]],
        bound: Bound,
        pieces: &mut Pieces,
    ) -> Result<Frame> {
        self.converse(kind, body, bound, || Ok(()), pieces).await
    }

    async fn exchange_then(
        &mut self,
        kind: Kind,
        body: &[&[u8]],
        bound: Bound,
        between: impl FnOnce() -> Result<()>,
    ) -> Result<Frame> {
        self.converse(kind, body, bound, between, &mut Pieces::default()).await
    }

    async fn converse(
        &mut self,
        kind: Kind,
        body: &[&[u8]],
        bound: Bound,
        between: impl FnOnce() -> Result<()>,
        pieces: &mut Pieces,
    ) -> Result<Frame> {
        let mut hook = None;
        let begun = Instant::now();
        let Self { connection, .. } = self;
        let speak = async {
            connection.send(kind, body).await?;
            between()?;
            loop {
                match connection.answer(|log| note(log, &mut hook)).await? {
                    Some(frame) if frame.kind == Kind::Piece => {
                        pieces.take(frame.body, connection.limits().max_payload()).await?;
                    }
                    other => return Ok(other),
                }
            }
        };
        let answered = tokio::time::timeout(bound.timeout, speak).await;
        let frame = match answered {
            Ok(outcome) => self.heard(outcome, bound).await?,
            Err(_) => return Err(overdue(bound, begun, hook.as_deref())),
        };
        failure_as_error(frame, bound)
    }

    async fn answer(&mut self, bound: Bound) -> Result<Frame> {
        let begun = Instant::now();
        match tokio::time::timeout(bound.timeout, self.connection.answer(|log| note(log, &mut None))).await {
            Ok(outcome) => failure_as_error(self.heard(outcome, bound).await?, bound),
            Err(_) => Err(overdue(bound, begun, None)),
        }
    }

    /// A worker that is gone is more of a reason than the broken connection that tells of it.
    async fn heard(&self, outcome: Result<Option<Frame>>, bound: Bound) -> Result<Frame> {
        match outcome {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => Err(self.gone(bound).await),
            Err(error) if matches!(error.code(), Code::SystemIo | Code::Truncated) => Err(self.gone(bound).await),
            Err(error) => Err(error.with("phase", bound.phase)),
        }
    }

    async fn gone(&self, bound: Bound) -> Error {
        let ended = tokio::time::timeout(LAST_BREATH, self.process.ended()).await;
        let text = match ended {
            Ok(exit) => format!("its process ended with {exit}"),
            Err(_) => "it closed the host's socket and went on running".to_owned(),
        };
        if ended.is_err() {
            self.process.kill();
        }
        Error::new(Code::WorkerExited, "keep the worker", text).with("phase", bound.phase)
    }
}

/// The welcome of a worker with this role.
pub(super) fn welcome(role: Role, max_payload: u32, preload: Option<Preload>, places: bool) -> Welcome {
    Welcome { version: 0, role, max_payload, preload, places }
}

fn failure_as_error(frame: Frame, bound: Bound) -> Result<Frame> {
    if frame.kind != Kind::Failure {
        return Ok(frame);
    }
    let failure: Failure = message::decode(frame.kind, &frame.body)?;
    Err(reported(bound.phase, failure))
}

fn overdue(bound: Bound, begun: Instant, hook: Option<&str>) -> Error {
    let waited = Duration::from_micros(since(begun)).as_secs_f64();
    let who = hook.map_or_else(|| bound.phase.to_owned(), |hook| format!("{} {hook}", bound.phase));
    Error::new(bound.code, "wait for the worker", format!("no answer to {who} within {waited:.1}s"))
}

/// Passes a launcher's words on, and remembers which hook it said it would run.
fn note(log: Log, hook: &mut Option<String>) {
    let Log { level, message, hook: named } = log;
    match level.as_str() {
        "error" => tracing::error!(target: "headstart::launcher", "{message}"),
        "warning" => tracing::warn!(target: "headstart::launcher", "{message}"),
        "info" => tracing::info!(target: "headstart::launcher", "{message}"),
        _ => tracing::debug!(target: "headstart::launcher", "{message}"),
    }
    *hook = named.or(hook.take());
}
