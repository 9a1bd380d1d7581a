//! One worker's translator: messages of the host on one side, HTTP on the other.

use super::super::speaking::hello;
use super::conversation::{Conversation, Deed};
use super::dialect::Dialect;
use super::facts::Facts;
use super::server::{self, Desk};
use crate::bootstrap::Kind;
use crate::bootstrap::answering::Answering;
use crate::error::Result;
use crate::sys::process;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Requests over HTTP that wait for the conversation.
const MOST_WAITING: usize = 64;

/// What a conversation begins with.
#[derive(Debug)]
pub(in super::super) struct Conversing {
    pub(in super::super) facts: Facts,
    pub(in super::super) listener: TcpListener,
    pub(in super::super) address: SocketAddr,
    pub(in super::super) dialect: Dialect,
}

impl Conversing {
    /// Speaks for a process until the host lets go of it.
    pub(in super::super) async fn run(self, host: Answering, pid: u32) {
        if let Err(error) = self.converse(host, pid).await {
            tracing::warn!(pid, "a worker of the Runtime API is given up: {error}");
        }
    }

    async fn converse(self, mut host: Answering, pid: u32) -> Result<()> {
        let Self { facts, listener, address, dialect } = self;
        let (calls, mut called) = mpsc::channel(MOST_WAITING);
        let desk = Desk { dialect, calls, most: host.limits().max_payload() };
        let mut serving = std::pin::pin!(server::serve(listener, address, desk));
        let mut conversation = Conversation::new(facts);
        host.send(Kind::Hello, 0, &[&hello(dialect.name(), pid)]).await?;
        loop {
            tokio::select! {
                frame = host.receive() => match frame? {
                    Some(frame) => conversation.told(frame)?,
                    None => return Ok(()),
                },
                Some(call) = called.recv() => conversation.asked(call),
                () = &mut serving => return Ok(()),
            }
            while let Some(deed) = conversation.deed() {
                carry_out(deed, &mut host, &mut conversation, pid).await?;
            }
        }
    }
}

async fn carry_out(deed: Deed, host: &mut Answering, conversation: &mut Conversation, pid: u32) -> Result<()> {
    match deed {
        Deed::Say(kind, request, body) => host.send(kind, request, &[&body]).await?,
        Deed::Answer(answer, reply) => {
            if answer.send(reply).is_err() {
                conversation.not_taken();
            }
        }
        Deed::End => {
            // Where it has ended already there is nobody to tell.
            let _ = process::end_group(pid);
        }
    }
    Ok(())
}
