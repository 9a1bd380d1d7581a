//! Requests and replies.

use super::Deadline;
use crate::error::Output;
use crate::instance::{Tier, Timings};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;

/// One event for a function, and what belongs to it.
///
/// ```
/// use headstart::host::Request;
///
/// let request = Request::new(r#"{"name": "world"}"#).context(serde_json::json!({"request_id": "a-1"}));
/// # let _ = request;
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) payload: Vec<u8>,
    pub(super) context: Vec<u8>,
    pub(super) deadline: Deadline,
    pub(super) settle: Duration,
    pub(super) reader: Option<Sender<Vec<u8>>>,
    pub(super) is_patient: bool,
    pub(super) run_timeout: Option<Duration>,
}

impl Request {
    /// How long a request may take where nothing else is said.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// An event: JSON text.
    pub fn new(event: impl Into<Vec<u8>>) -> Self {
        Self {
            payload: event.into(),
            context: Vec::new(),
            deadline: Deadline::after(Self::DEFAULT_TIMEOUT),
            settle: Duration::ZERO,
            reader: None,
            is_patient: true,
            run_timeout: None,
        }
    }

    /// When an answer is of no more use. Default: 30 seconds from [`Request::new`].
    pub fn deadline(mut self, deadline: impl Into<Deadline>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// How long the handler may run, whatever it took until the instance was ready. The deadline holds besides.
    /// Default: until the deadline.
    pub fn run_timeout(mut self, timeout: Duration) -> Self {
        self.run_timeout = Some(timeout);
        self
    }

    /// Fails with `host.overloaded` at once, and does not wait, where no instance is free and none can be started.
    pub fn at_once(mut self) -> Self {
        self.is_patient = false;
        self
    }

    /// Lets what is written after the answer count too, until nothing was for this long: by threads and timers that
    /// the event set going. It delays the reply. Default: zero, what is written later belongs to no request.
    pub fn settle(mut self, quiet: Duration) -> Self {
        self.settle = quiet;
        self
    }

    /// Passes the result on as it comes, where the function streams it: piece by piece to `reader`, which may be slower, and
    /// the end of it with the reply. Where the request fails after pieces, what came is not the whole. Pieces count to no
    /// limit, since nobody puts them together. Default: the reply has all of it.
    pub fn read_pieces(mut self, reader: Sender<Vec<u8>>) -> Self {
        self.reader = Some(reader);
        self
    }

    /// When the handler has to have answered that begins now.
    pub(super) fn ends_at(&self, now: Instant) -> Instant {
        let deadline = self.deadline.instant();
        self.run_timeout.map_or(deadline, |timeout| deadline.min(now + timeout))
    }

    /// What the handler's context shows: an object with `request_id`, `trace_id`, `client_context`, `identity`,
    /// `function_version`, `invoked_function_arn`, `log_group_name` and `log_stream_name`, each optional; at most 64 KiB.
    #[expect(clippy::needless_pass_by_value, reason = "callers build the object in place")]
    pub fn context(mut self, context: serde_json::Value) -> Self {
        self.context = context.to_string().into_bytes();
        self
    }
}

/// What a function answered.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) payload: Vec<u8>,
    pub(super) output: Output,
    pub(super) started: Option<Output>,
    pub(super) tier: Tier,
    pub(super) timings: Timings,
    pub(super) pid: u32,
}

impl Reply {
    /// The result: JSON text, or whatever a function that streams has written.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The result, without the reply around it.
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }

    /// What the function wrote while it handled this event.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// What the instance wrote while it started; with the first reply that it gives.
    pub fn start_output(&self) -> Option<&Output> {
        self.started.as_ref()
    }

    /// How the instance came to be ready.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Where the time went.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// The instance's process.
    pub fn pid(&self) -> u32 {
        self.pid
    }
}
