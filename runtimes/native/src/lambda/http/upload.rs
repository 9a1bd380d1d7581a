//! A request whose body is sent as it comes (RFC 9112, "Chunked Transfer Coding").

use super::body::Input;
use super::connection::answer_of;
use super::response::Response;
use headstart::error::{Code, Error, Result};
use headstart::sys::pieces;
use std::net::TcpStream;

/// A body that is being sent, on a connection of its own.
#[derive(Debug)]
pub(crate) struct Upload {
    input: Input<TcpStream>,
}

impl Upload {
    /// Sends the head, which says that the body comes in chunks.
    pub(super) fn begin(input: Input<TcpStream>, head: &str) -> Result<Self> {
        let upload = Self { input };
        upload.write(&[head.as_bytes()])?;
        Ok(upload)
    }

    /// Sends a part.
    pub(crate) fn send(&mut self, part: &[u8]) -> Result<()> {
        if part.is_empty() {
            // An empty chunk would be the end.
            return Ok(());
        }
        self.write(&[format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"])
    }

    /// Ends the body with these trailers, and takes the answer.
    pub(crate) fn finish(mut self, trailers: &[(&str, &str)]) -> Result<Response> {
        let trailers = trailers.iter().fold(String::new(), |text, (name, value)| text + name + ": " + value + "\r\n");
        let sent = self.write(&[b"0\r\n", trailers.as_bytes(), b"\r\n"]);
        // What could not be written may have been answered all the same.
        answer_of(&mut self.input).map_err(|error| sent.err().unwrap_or(error))
    }

    fn write(&self, parts: &[&[u8]]) -> Result<()> {
        pieces::write_all(&self.input.stream, parts).map_err(|error| {
            Error::new(Code::RuntimeApiFailed, "stream to the Lambda Runtime API", error.to_string()).caused_by(error)
        })
    }
}
