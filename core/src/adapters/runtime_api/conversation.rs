//! What a runtime asks and what a host says, brought together: no clock but for durations, no socket.

use super::super::speaking::{Said, failed, have_run, is_initialized, is_stem, plain, unexpected};
use super::dialect::IN_HAND;
use super::event::Event;
use super::extensions::{Extensions, Topic};
use super::facts::Facts;
use super::raised::Raised;
use super::reply::{self, Reply};
use crate::bootstrap::message::{self, Failure, Shutdown};
use crate::bootstrap::{Frame, Kind};
use crate::error::{Code, Result};
use bytes::Bytes;
use serde_json::json;
use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot::Sender;

/// What was asked over HTTP, understood as far as that is possible without knowing what went before.
#[derive(Debug)]
pub(super) enum Asked {
    Next,
    /// Nothing: initialization is over.
    Ready,
    /// A part of a response, before the rest.
    Piece {
        id: String,
        bytes: Bytes,
    },
    Response {
        id: String,
        outcome: Outcome,
    },
    InitError(Raised),
    RestoreNext,
    RestoreError(Raised),
    Register {
        name: String,
        body: Bytes,
    },
    ExtensionNext {
        id: String,
    },
    ExtensionError {
        id: String,
        kind: String,
    },
}

/// How handling an event came out.
#[derive(Debug)]
pub(super) enum Outcome {
    Result(Bytes),
    Raised(Raised),
    /// The result is over the limit, in bytes.
    TooLarge(u32),
}

/// What was asked, and where the answer goes.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) asked: Asked,
    pub(super) answer: Sender<Reply>,
}

/// What is to be done, in this order.
#[derive(Debug)]
pub(super) enum Deed {
    /// Say this to the host.
    Say(Kind, u64, Bytes),
    /// Answer this over HTTP.
    Answer(Sender<Reply>, Reply),
    /// Have the process stand still, and say so to this request of the host's.
    Park(u64),
    /// End the worker's processes.
    End,
}

/// Where a worker stands.
#[derive(Debug)]
enum State {
    /// It initializes; the host has not asked for the function yet.
    Started,
    /// It initializes, and the host waits for it.
    Awaited { request: u64, since: Instant },
    /// It could not be initialized.
    Broken(Raised),
    /// Nothing is to be done.
    Idle,
    /// It is to stand still once it waits for something.
    Parking { request: u64 },
    /// It goes on after a restore, with hooks before it asks for an event.
    Waking { request: u64 },
    /// An event waits until it is asked for.
    Pending { request: u64, event: Box<Event> },
    /// An event is being handled.
    Busy { request: u64, event: Box<Event> },
    /// It was told to end.
    Ending,
}

/// One worker's conversation, both ways.
#[derive(Debug)]
pub(super) struct Conversation {
    facts: Facts,
    state: State,
    /// The runtime's `invocation/next` or `restore/next` that waits.
    waiting: Option<(Sender<Reply>, Wanted)>,
    /// Whether the runtime has asked for an event, so that its initialization is over.
    is_ready: bool,
    extensions: Extensions,
    deeds: VecDeque<Deed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Event,
    Restore,
}

impl Conversation {
    pub(super) fn new(facts: Facts) -> Self {
        let (state, extensions, deeds) = (State::Started, Extensions::default(), VecDeque::new());
        Self { facts, state, waiting: None, is_ready: false, extensions, deeds }
    }

    /// With a worker that was restored: it has a function, and what it asked before is asked once more.
    pub(super) fn resumed(facts: Facts) -> Self {
        Self { state: State::Idle, is_ready: true, ..Self::new(facts) }
    }

    /// What is to be done next.
    pub(super) fn deed(&mut self) -> Option<Deed> {
        self.deeds.pop_front()
    }

    /// Takes what the host says.
    pub(super) fn told(&mut self, frame: Frame) -> Result<()> {
        let Frame { kind, request, body } = frame;
        match kind {
            Kind::Welcome => self.say(request, is_stem()),
            Kind::Specialize => self.specialize(request),
            Kind::Invoke => {
                let event = Box::new(Event::read(&body, &self.facts)?);
                self.state = State::Pending { request, event };
                self.hand_out();
            }
            Kind::Shutdown => {
                let Shutdown { grace_us } = message::decode(kind, &body)?;
                self.shut_down(Duration::from_micros(grace_us));
            }
            // A runtime of another's making has no hooks but those around a restore.
            Kind::Prewarm | Kind::BeforeFreeze | Kind::AfterThaw => self.say(request, have_run(None)),
            // Where it asks for `restore/next`, those before a snapshot have run.
            Kind::BeforeSnapshot if self.extensions.are_there() => {
                self.fail(
                    request,
                    *plain(Code::SnapshotRefused, "an extension is registered, which would be restored too"),
                );
            }
            Kind::BeforeSnapshot => {
                self.state = State::Parking { request };
                self.rest();
            }
            Kind::AfterRestore => {
                self.state = State::Waking { request };
                self.rest();
            }
            other => return Err(unexpected(other)),
        }
        Ok(())
    }

    /// Takes what the runtime or an extension asks.
    pub(super) fn asked(&mut self, call: Call) {
        let Call { asked, answer } = call;
        let reply = match asked {
            Asked::Next => return self.wait(answer, Wanted::Event),
            Asked::RestoreNext => return self.wait(answer, Wanted::Restore),
            Asked::ExtensionNext { id } => return self.extensions.ask(&id, answer),
            Asked::Ready => {
                self.is_up();
                reply::accepted()
            }
            Asked::Piece { id, bytes } => self.begun(&id, bytes),
            Asked::Response { id, outcome } => self.responded(&id, outcome),
            Asked::InitError(raised) => self.broken(raised),
            Asked::RestoreError(raised) => self.not_restored(raised),
            Asked::Register { .. } if self.is_ready => reply::invalid_state("registering after initialization"),
            Asked::Register { name, body } => self.extensions.register(&name, &body, &self.facts),
            Asked::ExtensionError { id, kind } => self.extensions.failed(&id, &kind),
        };
        self.deeds.push_back(Deed::Answer(answer, reply));
    }

    /// Takes back an event that the runtime was gone for.
    pub(super) fn not_taken(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Idle) {
            State::Busy { request, event } => State::Pending { request, event },
            other => other,
        };
    }

    fn wait(&mut self, answer: Sender<Reply>, wanted: Wanted) {
        let is_taken = self.waiting.as_ref().is_some_and(|(other, _)| !other.is_closed());
        if is_taken || matches!(self.state, State::Busy { .. } | State::Broken(_) | State::Ending) {
            self.deeds.push_back(Deed::Answer(answer, reply::invalid_state("asking for the next event")));
            return;
        }
        self.waiting = Some((answer, wanted));
        self.is_up();
        self.rest();
        self.hand_out();
    }

    /// Does what was to be done as soon as the runtime waits.
    fn rest(&mut self) {
        self.let_go_on();
        let Some((_, wanted)) = self.waiting.as_ref().filter(|(answer, _)| !answer.is_closed()) else { return };
        match self.state {
            State::Parking { request } => self.deeds.push_back(Deed::Park(request)),
            State::Waking { request } if *wanted == Wanted::Event => {
                self.state = State::Idle;
                self.say(request, have_run(None));
            }
            _ => {}
        }
    }

    /// Takes note that initialization is over.
    fn is_up(&mut self) {
        self.is_ready = true;
        if let State::Awaited { request, since } = self.state {
            self.initialized(request, since);
        }
    }

    fn specialize(&mut self, request: u64) {
        let since = Instant::now();
        match std::mem::replace(&mut self.state, State::Awaited { request, since }) {
            State::Broken(raised) => {
                self.state = State::Broken(raised.clone());
                self.fail(request, raised.of_init());
            }
            _ if self.is_ready => self.initialized(request, since),
            _ => {}
        }
    }

    fn initialized(&mut self, request: u64, since: Instant) {
        self.state = State::Idle;
        self.say(request, is_initialized(since));
    }

    /// Gives the runtime its event, if there is one and it has asked.
    fn hand_out(&mut self) {
        self.let_go_on();
        let State::Pending { .. } = self.state else { return };
        let Some((answer, _)) = self.waiting.take_if(|(_, wanted)| *wanted == Wanted::Event) else { return };
        if answer.is_closed() {
            return;
        }
        if let State::Pending { request, event } = std::mem::replace(&mut self.state, State::Idle) {
            self.extensions.announce(Topic::Invoke, &event.announcement());
            self.deeds.push_back(Deed::Answer(answer, event.reply()));
            self.state = State::Busy { request, event };
        }
    }

    /// Lets a runtime that waits for a restore go on where there is something for it to do.
    fn let_go_on(&mut self) {
        let (State::Pending { .. } | State::Waking { .. }) = self.state else { return };
        if let Some((answer, _)) = self.waiting.take_if(|(_, wanted)| *wanted == Wanted::Restore) {
            self.deeds.push_back(Deed::Answer(answer, reply::of(http::StatusCode::OK, &json!({}))));
        }
    }

    fn begun(&mut self, id: &str, bytes: Bytes) -> Reply {
        match self.in_hand(id) {
            Ok(request) => self.deeds.push_back(Deed::Say(Kind::Piece, request, bytes)),
            Err(refusal) => return *refusal,
        }
        reply::accepted()
    }

    /// The request whose event a response is about.
    fn in_hand(&self, id: &str) -> Result<u64, Box<Reply>> {
        match &self.state {
            State::Busy { request, event } if event.id == id || id == IN_HAND => Ok(*request),
            State::Busy { .. } => Err(Box::new(reply::invalid_request_id())),
            _ => Err(Box::new(reply::invalid_state("a response"))),
        }
    }

    fn responded(&mut self, id: &str, outcome: Outcome) -> Reply {
        let request = match self.in_hand(id) {
            Ok(request) => request,
            Err(refusal) => return *refusal,
        };
        self.state = State::Idle;
        match outcome {
            Outcome::Result(payload) => self.deeds.push_back(Deed::Say(Kind::Result, request, payload)),
            Outcome::Raised(raised) => self.fail(request, raised.of_event()),
            Outcome::TooLarge(most) => {
                let message = format!("the result is over the limit of {most} bytes");
                self.fail(request, *plain(Code::PayloadTooLarge, message));
                return reply::too_large(most);
            }
        }
        reply::accepted()
    }

    fn broken(&mut self, raised: Raised) -> Reply {
        match self.state {
            State::Awaited { request, .. } => self.fail(request, raised.clone().of_init()),
            State::Started => {}
            _ => return reply::invalid_state("an initialization error"),
        }
        self.state = State::Broken(raised);
        reply::accepted()
    }

    fn not_restored(&mut self, raised: Raised) -> Reply {
        let (State::Pending { request, .. } | State::Waking { request }) = self.state else {
            return reply::invalid_state("a restore error");
        };
        self.fail(request, raised.clone().of_hook());
        self.state = State::Broken(raised);
        reply::accepted()
    }

    fn shut_down(&mut self, grace: Duration) {
        self.state = State::Ending;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = (now + grace).as_millis();
        let event = json!({"eventType": "SHUTDOWN", "shutdownReason": "spindown", "deadlineMs": deadline});
        self.extensions.announce(Topic::Shutdown, &event);
        self.deeds.push_back(Deed::End);
    }

    fn fail(&mut self, request: u64, failure: Failure) {
        self.say(request, failed(failure));
    }

    fn say(&mut self, request: u64, (kind, body): Said) {
        self.deeds.push_back(Deed::Say(kind, request, body.into()));
    }
}
