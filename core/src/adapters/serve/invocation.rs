//! One invocation, from a name to an answer.

use super::body::Taken;
use super::entry::State;
use super::fault::Fault;
use super::limits::Permit;
use super::live::Live;
use super::name::Reference;
use super::outcome::{self, Asked, Failed};
use super::record::{Version, Which};
use super::server::Shared;
use super::{described, logs, tail};
use crate::error::{Code, Error};
use crate::host::{Reply, Request};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

/// How often a function that is replaced meanwhile is looked up again.
const TRIES: u32 = 5;
/// What a request may take besides the function's own timeout: a start whose import takes as long as it may, twice, since
/// the next tier may have to serve.
const START_WITHIN: Duration = Duration::from_secs(25);

/// What is to be invoked, and with what.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) reference: Reference,
    pub(super) id: Uuid,
    pub(super) payload: Taken,
    pub(super) client_context: Option<Value>,
    pub(super) trace: Option<String>,
    /// Whether the end of the log is asked for.
    pub(super) wants_tail: bool,
    /// Who reads the result as it is written, where anyone does.
    pub(super) reader: Option<Sender<Vec<u8>>>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) which: Which,
    pub(super) result: Result<Vec<u8>, Failed>,
    /// The end of the log, in base64.
    pub(super) tail: Option<String>,
}

impl Shared {
    /// The version that an invocation is for.
    pub(super) fn resolve(&self, reference: &Reference, id: Uuid) -> Result<Which, Fault> {
        let state = self.registry.find(&reference.name)?.state();
        state.record.resolve(reference.qualifier.as_ref(), chance(id))
    }

    /// Runs an invocation to its end.
    ///
    /// Fails where the function was not asked, or where that is not its fault.
    pub(super) async fn invoke(&self, invocation: &Invocation) -> Result<Answer, Fault> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.invoke_once(invocation).await {
                // The function was replaced between look and request.
                Err(Stale) if tries < TRIES => {}
                Err(Stale) => return Err(super::record::not_found(&invocation.reference.name, None)),
                Ok(outcome) => return outcome,
            }
        }
    }

    async fn invoke_once(&self, invocation: &Invocation) -> Result<Result<Answer, Fault>, Stale> {
        let found = match self.look_up(invocation) {
            Ok(found) => found,
            Err(fault) => return Ok(Err(self.counted(invocation, fault))),
        };
        let begun = Instant::now();
        let outcome = self.ask(invocation, &found).await;
        if outcome.as_ref().is_err_and(|error| error.code() == Code::FunctionNotRegistered) {
            return Err(Stale);
        }
        let ran = begun.elapsed();
        self.metrics.invoked(&invocation.reference.name, &outcome, ran);
        logs::tell(&invocation.reference.name, found.which, invocation.id, &outcome);
        Ok(found.answer(invocation, outcome, ran).map_err(|fault| self.counted(invocation, fault)))
    }

    /// The version that serves an invocation, and the right to use it.
    fn look_up(&self, invocation: &Invocation) -> Result<Found, Fault> {
        let entry = self.registry.find(&invocation.reference.name)?;
        let state = entry.state();
        let which = state.record.resolve(invocation.reference.qualifier.as_ref(), chance(invocation.id))?;
        let live = Arc::clone(state.live(which)?);
        let permit = self.registry.limits.enter(&entry.share)?;
        Ok(Found { state, which, live, _permit: permit })
    }

    async fn ask(&self, invocation: &Invocation, found: &Found) -> Result<Reply, Error> {
        let function = found.live.id(&self.registry.host).await?;
        let request = Request::new(invocation.payload.bytes.clone())
            .deadline(START_WITHIN + found.timeout())
            .run_timeout(found.timeout())
            .at_once()
            .context(invocation.context(found.which));
        let request = invocation.reader.clone().into_iter().fold(request, Request::read_pieces);
        self.registry.host.invoke_request(function, request).await
    }

    fn counted(&self, invocation: &Invocation, fault: Fault) -> Fault {
        self.metrics.throttled(&invocation.reference.name, &fault);
        fault
    }
}

/// What serves an invocation.
struct Found {
    state: Arc<State>,
    which: Which,
    live: Arc<Live>,
    _permit: Permit,
}

impl Found {
    fn version(&self) -> &Version {
        // It was there when this was made of the same state.
        self.state.record.version(self.which).unwrap_or(&self.state.record.latest)
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(self.version().timeout_ms)
    }

    /// What the caller gets of what the host says.
    fn answer(&self, invocation: &Invocation, outcome: Result<Reply, Error>, ran: Duration) -> Result<Answer, Fault> {
        let (id, version) = (invocation.id.to_string(), self.version());
        let tail = invocation.wants_tail.then(|| tail::encode(&id, self.which, version, &outcome, ran));
        let (runtime, handler) = (&version.runtime, &version.handler);
        let asked = Asked { request_id: &id, runtime, handler, timeout: self.timeout() };
        let result = match outcome {
            Ok(reply) => Ok(reply.into_payload()),
            Err(error) => Err(outcome::of(error, asked)?),
        };
        Ok(Answer { which: self.which, result, tail })
    }
}

/// The function that was found is not the host's any more.
struct Stale;

impl Invocation {
    /// What the handler's context shows.
    fn context(&self, which: Which) -> Value {
        let qualifier = self.reference.qualifier.as_ref().map(ToString::to_string);
        let mut context = Map::from_iter([
            ("request_id".to_owned(), self.id.to_string().into()),
            ("function_version".to_owned(), which.to_string().into()),
            ("log_group_name".to_owned(), format!("/aws/lambda/{}", self.reference.name).into()),
            ("invoked_function_arn".to_owned(), described::arn(&self.reference.name, qualifier.as_deref()).into()),
        ]);
        context.extend(self.trace.clone().map(|trace| ("trace_id".to_owned(), trace.into())));
        context.extend(self.client_context.clone().map(|client| ("client_context".to_owned(), client)));
        Value::Object(context)
    }
}

/// A number from 0 to 1 that a request's id stands for, the same at each try.
fn chance(id: Uuid) -> f64 {
    let [.., a, b, c, d] = *id.as_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
}
