//! From the conversation with a snapshot's worker to those with all that are restored from it.
//!
//! What was asked and not answered stays asked: its connection is made again, and the request is read once more.

use super::connections::{self, Connections};
use crate::bootstrap::message::Resume;
use crate::sys::{peer, process, reconnect};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// What restored workers go on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Words {
    /// Where the worker found the API.
    pub(super) address: SocketAddr,
    connections: Vec<Asked>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    descriptor: u32,
    /// The head of a request that waits.
    head: Option<String>,
}

/// A connection that was made again.
#[derive(Debug)]
pub(in super::super) struct Reconnected {
    pub(super) stream: TcpStream,
    /// At the process's end.
    pub(super) from: SocketAddr,
    /// What was asked on it before, and is to be answered.
    pub(super) head: String,
}

/// What the stopped process `pid` has to do with this conversation; `None` where something else is asked than what waits for
/// the next event, or for a restore: that would be lost.
///
/// One that is not its own, but a child's, is left out: a worker with children is not dumped.
pub(super) fn note(pid: u32, address: SocketAddr, connections: &Connections) -> io::Result<Option<Resume>> {
    let (mut words, mut sockets) = (Words { address, connections: Vec::new() }, Vec::new());
    for (from, head) in connections.list() {
        if head.as_ref().is_some_and(|head| !connections::waits(head)) {
            return Ok(None);
        }
        let descriptors = peer::descriptors(from, address, pid);
        // Where there are several, they are one socket's.
        words.connections.extend(descriptors.first().map(|descriptor| Asked { descriptor: *descriptor, head }));
        sockets.extend(descriptors);
    }
    Ok(Some(Resume { sockets, words: serde_json::to_string(&words)? }))
}

/// Connects the sockets of a restored process, which is stopped, to this one.
pub(super) fn reconnect(pid: u32, words: &Words) -> io::Result<Vec<Reconnected>> {
    let process = process::watch(pid)?;
    let again = |asked: &Asked| {
        let descriptor = asked.descriptor.try_into().map_err(io::Error::other)?;
        let stream = reconnect::reconnect(&process, descriptor)?;
        stream.set_nonblocking(true)?;
        let from = stream.peer_addr()?;
        let head = asked.head.clone().unwrap_or_default();
        Ok(Reconnected { stream: TcpStream::from_std(stream)?, from, head })
    };
    words.connections.iter().map(again).collect()
}
