//! The protocol over a blocking socket: what the native launcher speaks.

use super::frame::{Decoder, Header, Limits};
use super::kind::{Kind, Sender};
use super::message::Park;
use super::{Frame, Role, Session};
use crate::error::{Code, Error, Result};
use crate::sys::{descriptor, process};
use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

const READ_SIZE: usize = 64 << 10;

/// A worker's side of a connection.
#[derive(Debug)]
pub struct Channel {
    stream: UnixStream,
    session: Session,
    decoder: Decoder,
    limits: Limits,
    received: Vec<OwnedFd>,
    buffer: Vec<u8>,
}

impl Channel {
    /// A connection on which nothing has been said.
    pub fn new(stream: UnixStream) -> Self {
        Self::with(stream, Session::new(Role::Worker), Limits::default())
    }

    /// The connection of a child that a zygote with these limits forked.
    pub fn forked(stream: UnixStream, limits: Limits) -> Self {
        Self::with(stream, Session::forked(Role::Worker), limits)
    }

    fn with(stream: UnixStream, session: Session, limits: Limits) -> Self {
        Self {
            stream,
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
        let header = Header::new(kind, request, body.len(), self.limits)?.encode();
        self.session.advance(Sender::Worker, kind, request)?;
        let (mut header, mut body) = (&header[..], body);
        while !header.is_empty() || !body.is_empty() {
            let written = match self.stream.write_vectored(&[IoSlice::new(header), IoSlice::new(body)]) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed("write", error)),
            };
            let of_header = written.min(header.len());
            header = &header[of_header..];
            body = &body[written - of_header..];
        }
        Ok(())
    }

    /// The next message, or nothing at the end of the stream.
    pub fn receive(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.decoder.next_frame()? {
                self.session.advance(Sender::Host, frame.kind, frame.request)?;
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
