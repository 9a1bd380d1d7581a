//! Frames over an asynchronous socket, for either side.

use super::frame::{Decoder, Header, Limits};
use super::kind::{Kind, Sender};
use super::{Frame, Session};
use crate::error::{Code, Error, Result};
use std::io::{self, IoSlice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// A socket and what was said on it. It follows the session: what is not legal is neither sent nor taken.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) stream: UnixStream,
    pub(super) session: Session,
    pub(super) decoder: Decoder,
    pub(super) limits: Limits,
}

impl Wire {
    pub(super) fn new(stream: UnixStream, session: Session, limits: Limits) -> Self {
        Self { stream, session, decoder: Decoder::new(limits), limits }
    }

    /// Sends one message, its body in pieces. May not be cancelled.
    pub(super) async fn send(&mut self, header: Header, body: &[&[u8]], from: Sender) -> Result<()> {
        self.session.advance(from, header.kind, header.request)?;
        let header = header.encode();
        let mut pieces: Vec<IoSlice<'_>> = std::iter::once(&header[..])
            .chain(body.iter().copied().filter(|piece| !piece.is_empty()))
            .map(IoSlice::new)
            .collect();
        let mut left = &mut pieces[..];
        while !left.is_empty() {
            match self.stream.write_vectored(left).await {
                Ok(0) => return Err(failed("write", &io::ErrorKind::WriteZero.into())),
                Ok(count) => IoSlice::advance_slices(&mut left, count),
                Err(error) => return Err(failed("write", &error)),
            }
        }
        Ok(())
    }

    /// The header of a message with a body of this length.
    pub(super) fn header(&self, kind: Kind, request: u64, body: &[&[u8]]) -> Result<Header> {
        Header::new(kind, request, body.iter().map(|piece| piece.len()).sum(), self.limits)
    }

    /// The next message of the other side, or nothing at the end of the stream. May be cancelled at any time.
    pub(super) async fn receive(&mut self, from: Sender) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.decoder.next_frame()? {
                self.session.advance(from, frame.kind, frame.request)?;
                return Ok(Some(frame));
            }
            match self.stream.read_buf(self.decoder.room()).await {
                Ok(0) => return self.decoder.finish().map(|()| None),
                Ok(_) => {}
                // A peer that ends with bytes unread resets the connection; it is gone all the same.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(failed("read", &error)),
            }
        }
    }
}

pub(super) fn failed(what: &str, error: &io::Error) -> Error {
    Error::new(Code::SystemIo, format!("{what} a message"), error.to_string())
}
