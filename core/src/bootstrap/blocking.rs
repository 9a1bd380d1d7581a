//! The protocol over a blocking socket: what the native launcher speaks, with its host and with workers of its own.

use super::frame::{Decoder, HEADER_LENGTH, Header, Limits};
use super::kind::{Kind, Sender};
use super::message::Park;
use super::{Frame, Role, Session};
use crate::error::{Code, Error, Result};
use crate::sys::{descriptor, pieces, process};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

const READ_SIZE: usize = 64 << 10;

/// One side of a connection.
#[derive(Debug)]
pub struct Channel {
    stream: UnixStream,
    side: Sender,
    session: Session,
    decoder: Decoder,
    limits: Limits,
    received: Vec<OwnedFd>,
    buffer: Vec<u8>,
}

impl Channel {
    /// A worker's side of a connection on which nothing has been said.
    pub fn new(stream: UnixStream) -> Self {
        Self::with(stream, Sender::Worker, Session::new(Role::Worker), Limits::default())
    }

    /// A child's side of its connection, that a zygote with these limits forked.
    pub fn forked(stream: UnixStream, limits: Limits) -> Self {
        Self::with(stream, Sender::Worker, Session::forked(Role::Worker), limits)
    }

    /// A host's side of a connection that stands where `session` does.
    pub fn of_host(stream: UnixStream, session: Session, limits: Limits) -> Self {
        Self::with(stream, Sender::Host, session, limits)
    }

    fn with(stream: UnixStream, side: Sender, session: Session, limits: Limits) -> Self {
        Self {
            stream,
            side,
            session,
            decoder: Decoder::new(limits),
            limits,
            received: Vec::new(),
            buffer: vec![0; READ_SIZE],
        }
    }

    /// Applies what `welcome` said; to be called before anything else is received.
    pub fn agree(&mut self, role: Role, max_payload: u32) {
        self.session.assume(role);
        self.limits = Limits::new(max_payload);
        self.decoder.set_limits(self.limits);
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Writes one message; fails with `protocol.unexpected_message` where it is not legal now.
    pub fn send(&mut self, kind: Kind, request: u64, body: &[u8]) -> Result<()> {
        self.send_pieces(kind, request, &[body])
    }

    /// The same with the body in pieces.
    pub fn send_pieces(&mut self, kind: Kind, request: u64, body: &[&[u8]]) -> Result<()> {
        let header = self.header(kind, request, body.iter().map(|piece| piece.len()).sum())?;
        let all: Vec<&[u8]> = std::iter::once(&header[..]).chain(body.iter().copied()).collect();
        pieces::write_all(&self.stream, &all).map_err(|error| failed("write", error))
    }

    /// Sends a `fork` with the child's socket, standard output and standard error.
    pub fn send_fork(
        &mut self,
        request: u64,
        body: &[u8],
        descriptors: &[BorrowedFd<'_>; descriptor::PASSED],
    ) -> Result<()> {
        let bytes = [&self.header(Kind::Fork, request, body.len())?[..], body].concat();
        let sent = descriptor::send(&self.stream, &bytes, descriptors);
        let sent = sent.and_then(|sent| pieces::write_all(&self.stream, &[&bytes[sent..]]));
        sent.map_err(|error| failed("write", error))
    }

    fn header(&mut self, kind: Kind, request: u64, length: usize) -> Result<[u8; HEADER_LENGTH]> {
        let header = Header::new(kind, request, length, self.limits)?.encode();
        self.session.advance(self.side, kind, request)?;
        Ok(header)
    }

    /// The next message, or nothing at the end of the stream.
    pub fn receive(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.decoder.next_frame()? {
                let peer = if self.side == Sender::Host { Sender::Worker } else { Sender::Host };
                self.session.advance(peer, frame.kind, frame.request)?;
                return Ok(Some(frame));
            }
            let (count, mut descriptors) =
                descriptor::receive(&self.stream, &mut self.buffer).map_err(|error| failed("read", error))?;
            self.received.append(&mut descriptors);
            if count == 0 {
                return self.decoder.finish().map(|()| None);
            }
            self.decoder.feed(&self.buffer[..count]);
        }
    }

    /// Whether something was taken from the socket that has not been handed out.
    pub fn has_begun(&self) -> bool {
        !self.decoder.is_empty()
    }

    /// Stops this process for a snapshot, with `files` in place of what leads to the host; returns once the process was
    /// restored, with another connection and other pipes under the same numbers.
    pub fn park(&mut self, files: &Park) -> Result<()> {
        let open = |path: &str| File::options().read(true).append(true).open(path);
        let park = || {
            descriptor::replace_output(open(&files.stdout)?, open(&files.stderr)?)?;
            descriptor::replace(&self.stream, open(&files.socket)?)?;
            process::stop_self()
        };
        park().map_err(|error: io::Error| failed("replace what sends", error))
    }

    /// The descriptors that came with the message received last, if they are as many as a `fork` carries.
    pub fn take_descriptors(&mut self) -> Option<[OwnedFd; descriptor::PASSED]> {
        std::mem::take(&mut self.received).try_into().ok()
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn failed(what: &str, error: io::Error) -> Error {
    Error::new(Code::SystemIo, format!("{what} a message"), error.to_string()).caused_by(error)
}
