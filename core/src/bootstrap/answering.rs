//! The protocol over an asynchronous socket: what speaks for a worker that speaks another one.

use super::frame::Limits;
use super::kind::{Kind, Sender};
use super::wire::Wire;
use super::{Frame, Role, Session};
use crate::error::Result;
use tokio::net::UnixStream;

/// A worker's side of a connection, within this process. It follows the session: what is not legal is neither sent nor
/// taken.
///
/// Receiving may be cancelled at any time; sending may not.
#[derive(Debug)]
pub struct Answering(Wire);

impl Answering {
    /// A connection on which nothing has been said, with the host's limits.
    pub fn new(stream: UnixStream, limits: Limits) -> Self {
        Self(Wire::new(stream, Session::new(Role::Worker), limits))
    }

    /// The new connection of a restored worker.
    pub fn restored(stream: UnixStream, limits: Limits) -> Self {
        Self(Wire::new(stream, Session::restored(), limits))
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Sends one message, its body in pieces, as the answer to a request; 0 for `hello`.
    pub async fn send(&mut self, kind: Kind, request: u64, body: &[&[u8]]) -> Result<()> {
        let header = self.0.header(kind, request, body)?;
        self.0.send(header, body, Sender::Worker).await
    }

    /// The host's next message, or nothing where it has let go of the worker.
    pub async fn receive(&mut self) -> Result<Option<Frame>> {
        self.0.receive(Sender::Host).await
    }
}
