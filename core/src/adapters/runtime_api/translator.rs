//! One worker's translator: messages of the host on one side, HTTP on the other.

use super::super::speaking::{failed, hello, is_parked, plain};
use super::connections::Connections;
use super::conversation::{Conversation, Deed};
use super::dialect::Dialect;
use super::facts::Facts;
use super::resuming;
use super::server::{self, Arrivals, Desk};
use crate::bootstrap::Kind;
use crate::bootstrap::answering::Answering;
use crate::bootstrap::message::Resume;
use crate::error::{Code, Result};
use crate::sys::process;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;

/// Requests over HTTP that wait for the conversation.
const MOST_WAITING: usize = 64;
/// How often a process is looked at until it stands.
const STANDING: Duration = Duration::from_millis(1);

/// What a conversation begins with.
#[derive(Debug)]
pub(in super::super) struct Conversing {
    pub(in super::super) facts: Facts,
    pub(in super::super) arrivals: Arrivals,
    pub(in super::super) dialect: Dialect,
    /// Of a worker of which a snapshot is to be taken.
    pub(in super::super) connections: Option<Connections>,
}

impl Conversing {
    /// Speaks for a process until the host lets go of it.
    pub(in super::super) async fn run(self, host: Answering, pid: u32) {
        if let Err(error) = self.converse(host, pid).await {
            tracing::warn!(pid, "a worker of the Runtime API is given up: {error}");
        }
    }

    async fn converse(self, host: Answering, pid: u32) -> Result<()> {
        let Self { facts, arrivals, dialect, connections } = self;
        let (calls, mut called) = mpsc::channel(MOST_WAITING);
        let desk = Desk { dialect, calls, most: host.limits().max_payload(), connections: connections.clone() };
        let address = arrivals.own_address();
        let conversation = if address.is_some() { Conversation::new(facts) } else { Conversation::resumed(facts) };
        let mut between = Between { host, conversation, pid, address, connections };
        let mut serving = std::pin::pin!(server::serve(arrivals, desk));
        if address.is_some() {
            between.host.send(Kind::Hello, 0, &[&hello(dialect.name(), pid)]).await?;
        }
        loop {
            tokio::select! {
                frame = between.host.receive() => match frame? {
                    Some(frame) => between.conversation.told(frame)?,
                    None => return Ok(()),
                },
                Some(call) = called.recv() => between.conversation.asked(call),
                () = &mut serving => return Ok(()),
            }
            while let Some(deed) = between.conversation.deed() {
                between.carry_out(deed).await?;
            }
        }
    }
}

/// Host, conversation and process.
#[derive(Debug)]
struct Between {
    host: Answering,
    conversation: Conversation,
    pid: u32,
    /// Where the process finds the API, unless it was restored.
    address: Option<SocketAddr>,
    connections: Option<Connections>,
}

impl Between {
    async fn carry_out(&mut self, deed: Deed) -> Result<()> {
        match deed {
            Deed::Say(kind, request, body) => self.host.send(kind, request, &[&body]).await?,
            Deed::Answer(answer, reply) => {
                if answer.send(reply).is_err() {
                    self.conversation.not_taken();
                }
            }
            Deed::Park(request) => {
                let (kind, body) = match self.park().await {
                    Ok(Some(resume)) => is_parked(resume),
                    Ok(None) => failed(*plain(Code::SnapshotRefused, "it asks for something else meanwhile")),
                    Err(error) => failed(*plain(Code::SnapshotDumpFailed, error.to_string())),
                };
                self.host.send(kind, request, &[&body]).await?;
            }
            Deed::End => {
                // Where it has ended already there is nobody to tell.
                let _ = process::end_group(self.pid);
            }
        }
        Ok(())
    }

    /// Stops the process; how it is to be gone on with.
    async fn park(&self) -> io::Result<Option<Resume>> {
        let (Some(address), Some(connections)) = (self.address, &self.connections) else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        process::stop(self.pid)?;
        while !process::is_stopped(self.pid)? {
            tokio::time::sleep(STANDING).await;
        }
        resuming::note(self.pid, address, connections)
    }
}
