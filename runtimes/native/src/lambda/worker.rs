//! A launcher in a process of its own: the host's side of the bootstrap protocol, one thing at a time.

use super::instance::{Ended, Instance, Outcome};
use super::invocation::Invocation;
use super::settings::Settings;
use super::waiting::{self, Came, GRACE, Pace};
use headstart::bootstrap::blocking::Channel;
use headstart::bootstrap::message::{
    self, Empty, Failure, ImageOrder, Log, Ready, Shutdown, Specialize, Wake, WorkerLimits,
};
use headstart::bootstrap::{Frame, Invocation as Event, Kind};
use headstart::error::{Code, Error};
use headstart::sys::clock;
use headstart::sys::interrupt::Interrupts;
use headstart::sys::process::{Exit, kill_group, reap, wait_gone};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// How long a process that closed its socket may take to end.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// A process that this one started; dropped, it is killed with its group.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) watched: OwnedFd,
}

impl Process {
    /// How it has ended, once it has.
    fn exit(&self) -> Exit {
        if !waiting::within(LAST_BREATH, &self.watched).unwrap_or(false) {
            return Exit::Unknown;
        }
        reap(&self.watched).ok().flatten().unwrap_or(Exit::Unknown)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What has ended cannot be killed or taken note of again, and need not be.
        let _ = kill_group(self.pid);
        wait_gone(&self.watched);
        let _ = reap(&self.watched);
    }
}

/// A launcher, and the connection with it.
#[derive(Debug)]
pub(super) struct Worker {
    channel: Channel,
    /// The number of the request that was made last.
    requests: u64,
    /// Of those that a zygote forked, the zygote takes care.
    process: Option<Process>,
    interrupts: Arc<Interrupts>,
    pace: Pace,
}

impl Worker {
    /// At this end of a connection.
    pub(super) fn new(channel: Channel, process: Option<Process>, interrupts: Arc<Interrupts>) -> Self {
        Self { channel, requests: 0, process, interrupts, pace: Pace::default() }
    }

    /// The connection.
    pub(super) fn channel(&mut self) -> &mut Channel {
        &mut self.channel
    }

    /// The number of the request that is made next.
    pub(super) fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Gives it the function.
    pub(super) fn specialize(&mut self, settings: &Settings) -> Outcome<Result<(), Failure>> {
        let path = |path: &std::path::Path| path.display().to_string();
        let order = Specialize {
            function: settings.name.clone(),
            path: path(&settings.package),
            entry: settings.handler.clone(),
            // It has this process's.
            environment: None,
            limits: WorkerLimits { memory: settings.memory },
            image: settings.image.as_deref().map(|image| ImageOrder { path: path(image), stamp: None }),
            invoke_follows: false,
        };
        Ok(self.ask(Kind::Specialize, &message::encode(&order))?.map(|ready| warn(&ready)))
    }

    /// Sends a control message and takes the `ready` or the `failure` that answers it.
    pub(super) fn ask(&mut self, kind: Kind, body: &[u8]) -> Outcome<Result<Ready, Failure>> {
        let frame = self.exchange(kind, &[body])?;
        Ok(match frame.kind {
            Kind::Failure => Err(message::decode(frame.kind, &frame.body)?),
            _ => Ok(message::decode(frame.kind, &frame.body)?),
        })
    }

    fn exchange(&mut self, kind: Kind, body: &[&[u8]]) -> Outcome<Frame> {
        let request = self.next_request();
        if let Err(error) = self.channel.send_pieces(kind, request, body) {
            // Most likely it has ended, which says more.
            return Err(if error.code() == Code::SystemIo { self.ended() } else { error.into() });
        }
        self.answer()
    }

    /// The next message that is not a `log`, whatever has been asked.
    pub(super) fn answer(&mut self) -> Outcome<Frame> {
        loop {
            if !self.channel.has_begun() && self.pace.first(&self.interrupts, &self.channel, None)? == Came::Interrupt {
                // What was begun may be finished, if it is soon.
                if !waiting::within(GRACE, &self.channel)? {
                    return Err(Ended::Interrupted);
                }
            }
            if let Some(frame) = self.receive()? {
                return Ok(frame);
            }
        }
    }

    /// One message; nothing where it was a `log`.
    fn receive(&mut self) -> Outcome<Option<Frame>> {
        match self.channel.receive() {
            Ok(Some(frame)) if frame.kind == Kind::Log => {
                let log: Log = message::decode(frame.kind, &frame.body)?;
                if matches!(log.level.as_str(), "warning" | "error") {
                    crate::say(&log.message);
                }
                Ok(None)
            }
            Ok(Some(frame)) => Ok(Some(frame)),
            Ok(None) => Err(self.ended()),
            Err(error) if error.code() == Code::SystemIo => Err(self.ended()),
            Err(error) => Err(error.into()),
        }
    }

    fn ended(&self) -> Ended {
        Ended::Exited(self.process.as_ref().map_or(Exit::Unknown, Process::exit))
    }
}

impl Instance for Worker {
    fn invoke(
        &mut self,
        invocation: &Invocation,
        context: &[u8],
        write: &mut dyn FnMut(&[u8]),
    ) -> Outcome<Result<Vec<u8>, Failure>> {
        let event = Event { budget_us: invocation.budget_us(), context, payload: &invocation.payload };
        let mut frame = self.exchange(Kind::Invoke, &[&event.prefix()?, context, event.payload])?;
        while frame.kind == Kind::Piece {
            write(&frame.body);
            frame = self.answer()?;
        }
        Ok(match frame.kind {
            Kind::Failure => Err(message::decode(frame.kind, &frame.body)?),
            _ => Ok(frame.body),
        })
    }

    fn run_hooks(&mut self, kind: Kind) -> Outcome<Vec<Failure>> {
        let body = match kind {
            // A snapshot is restored many times over: the time tells each restore from the others.
            Kind::AfterRestore => {
                let wall_clock_ns = clock::wall_clock_ns();
                message::encode(&Wake { wall_clock_ns, epoch: wall_clock_ns / 1_000_000 })
            }
            _ => message::encode(&Empty {}),
        };
        Ok(self.ask(kind, &body)?.map_or_else(|failure| vec![failure], |ready| ready.hooks_failed))
    }

    fn speaks(&self) -> Option<BorrowedFd<'_>> {
        Some(self.channel.as_fd())
    }

    fn listen(&mut self) -> Outcome<()> {
        match self.receive()? {
            None => Ok(()),
            Some(frame) => {
                let text = format!("it sent {} unasked", frame.kind);
                Err(Error::new(Code::UnexpectedMessage, "listen to the launcher", text).into())
            }
        }
    }

    fn shut_down(&mut self) {
        let grace_us = u64::try_from(GRACE.as_micros()).unwrap_or(u64::MAX);
        let request = self.next_request();
        let sent = self.channel.send(Kind::Shutdown, request, &message::encode(&Shutdown { grace_us }));
        // What does not end by itself is killed as it is dropped.
        while sent.is_ok() && waiting::within(GRACE, &self.channel).unwrap_or(false) && self.receive().is_ok() {}
    }
}

/// What a launcher says of a step that went well.
pub(super) fn warn(ready: &Ready) {
    ready.warnings.iter().for_each(|warning| crate::say(warning));
}
