//! The protocol over an asynchronous socket: what the host speaks.

use super::frame::Limits;
use super::kind::{Kind, Sender};
use super::message::{self, Failure, Log};
use super::wire::{Wire, failed};
use super::{Frame, Role, Session, State};
use crate::error::{Area, Code, Error, Result};
use crate::sys::descriptor;
use rustix::net::RecvFlags;
use std::os::fd::BorrowedFd;
use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::UnixStream;

/// The host's side of a connection. It follows the session: what is not legal is neither sent nor taken.
///
/// Receiving may be cancelled at any time; sending may not, a connection on which it was is of no more use.
#[derive(Debug)]
pub struct Connection {
    wire: Wire,
    last_request: u64,
}

impl Connection {
    /// A connection on which nothing has been said.
    pub fn new(stream: UnixStream, role: Role, limits: Limits) -> Self {
        Self::with(stream, Session::new(role), limits)
    }

    /// The connection of a forked child.
    pub fn forked(stream: UnixStream, role: Role, limits: Limits) -> Self {
        Self::with(stream, Session::forked(role), limits)
    }

    /// The new connection of a restored worker.
    pub fn restored(stream: UnixStream, limits: Limits) -> Self {
        Self::with(stream, Session::restored(), limits)
    }

    fn with(stream: UnixStream, session: Session, limits: Limits) -> Self {
        Self { wire: Wire::new(stream, session, limits), last_request: 0 }
    }

    /// Where the conversation stands.
    pub fn state(&self) -> State {
        self.wire.session.state()
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.wire.limits
    }

    /// Sends one message, its body in pieces, under the next request number.
    pub async fn send(&mut self, kind: Kind, body: &[&[u8]]) -> Result<()> {
        let header = self.wire.header(kind, self.last_request + 1, body)?;
        self.wire.send(header, body, Sender::Host).await?;
        self.last_request = header.request;
        Ok(())
    }

    /// Sends a `fork` with the child's socket, standard output and standard error.
    pub async fn send_fork(
        &mut self,
        fork: &message::Fork,
        descriptors: &[BorrowedFd<'_>; descriptor::PASSED],
    ) -> Result<()> {
        let body = message::encode(fork);
        let header = self.wire.header(Kind::Fork, self.last_request + 1, &[&body])?;
        let Wire { stream, session, .. } = &mut self.wire;
        session.advance(Sender::Host, header.kind, header.request)?;
        self.last_request = header.request;
        let mut bytes = header.encode().to_vec();
        bytes.extend_from_slice(&body);
        let sent = stream.async_io(Interest::WRITABLE, || descriptor::send(&*stream, &bytes, descriptors)).await;
        let sent = sent.map_err(|error| failed("write", &error))?;
        stream.write_all(&bytes[sent..]).await.map_err(|error| failed("write", &error))
    }

    /// The next message, or nothing at the end of the stream.
    pub async fn receive(&mut self) -> Result<Option<Frame>> {
        self.wire.receive(Sender::Worker).await
    }

    /// The next message that is not a `log`; logs are handed to `on_log`.
    pub async fn answer(&mut self, mut on_log: impl FnMut(Log)) -> Result<Option<Frame>> {
        loop {
            match self.receive().await? {
                Some(frame) if frame.kind == Kind::Log => {
                    on_log(message::decode(frame.kind, &frame.body)?);
                    // A worker that floods its log gets its turn, not more.
                    tokio::task::yield_now().await;
                }
                other => return Ok(other),
            }
        }
    }

    /// Whether the peer has said anything, its end included, although nothing is expected of it.
    pub fn has_spoken(&self) -> bool {
        let mut byte = [0; 1];
        let peeked = rustix::net::recv(&self.wire.stream, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT);
        !self.wire.decoder.is_empty() || peeked != Err(rustix::io::Errno::WOULDBLOCK)
    }
}

/// Whether a worker may report a code: not those by which a host tells of itself or of what it did.
fn is_a_workers(code: Code) -> bool {
    match code.area() {
        Area::Function => !matches!(code, Code::FunctionNotFound | Code::FunctionNotRegistered | Code::TimedOut),
        Area::Payload | Area::Protocol | Area::Zygote | Area::Preload => true,
        _ => matches!(code, Code::HookFailed | Code::SnapshotRefused | Code::SnapshotDumpFailed),
    }
}

/// The error that a worker reported.
///
/// A code that this build does not know, or that is not a worker's to report, is `protocol.bad_body`.
pub fn reported(operation: &str, failure: Failure) -> Error {
    let Failure { code, message, type_name, trace, .. } = failure;
    match Code::parse(&code).filter(|code| is_a_workers(*code)) {
        Some(code) => Error::new(code, operation, message).raised(type_name.unwrap_or_default(), trace),
        None => Error::new(Code::BadBody, operation, format!("the worker reported the code {code:?}: {message}")),
    }
}
