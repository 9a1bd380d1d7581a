//! Bodies: what follows the head of an answer.

use super::response::Framing;
use super::{MOST_BODY, refused};
use headstart::error::Result;
use std::io::Read;

/// How much is read at once where nobody knows how much there is.
const PIECE: usize = 64 << 10;

/// What a stream has sent that was not looked at yet, and the stream.
#[derive(Debug)]
pub(super) struct Input<R> {
    pub(super) stream: R,
    pub(super) begun: Vec<u8>,
    /// What is read into.
    piece: Box<[u8]>,
}

impl<R: Read> Input<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, begun: Vec::new(), piece: vec![0; PIECE].into() }
    }

    /// Takes more from the stream; how much, which is nothing at its end.
    pub(super) fn fill(&mut self) -> Result<usize> {
        let count = read(&mut self.stream, &mut self.piece)?;
        self.begun.extend_from_slice(&self.piece[..count]);
        Ok(count)
    }

    /// The body of an answer.
    pub(super) fn body(&mut self, framing: Framing) -> Result<Vec<u8>> {
        match framing {
            Framing::Length(length) => self.exactly(length),
            Framing::Chunks => self.chunks(),
            Framing::End => self.rest(),
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        if length > MOST_BODY {
            return Err(refused(format!("its body of {length} bytes is too long")));
        }
        let mut have = length.min(self.begun.len());
        let mut body = Vec::with_capacity(length);
        body.extend(self.begun.drain(..have));
        body.resize(length, 0);
        while have < length {
            match read(&mut self.stream, &mut body[have..])? {
                0 => return Err(refused(format!("it ends after {have} of {length} bytes"))),
                count => have += count,
            }
        }
        Ok(body)
    }

    fn rest(&mut self) -> Result<Vec<u8>> {
        while self.fill()? > 0 {
            if self.begun.len() > MOST_BODY {
                return Err(refused("its body is too long"));
            }
        }
        Ok(std::mem::take(&mut self.begun))
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = self.chunk_length()?;
            if length == 0 {
                self.trailers()?;
                return Ok(body);
            }
            if body.len() + length > MOST_BODY {
                return Err(refused("its body is too long"));
            }
            let chunk = self.exactly(length + 2)?;
            if !chunk.ends_with(b"\r\n") {
                return Err(refused("a chunk does not end where it should"));
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }

    fn chunk_length(&mut self) -> Result<usize> {
        loop {
            match httparse::parse_chunk_size(&self.begun) {
                Ok(httparse::Status::Complete((read, length))) => {
                    self.begun.drain(..read);
                    return usize::try_from(length)
                        .ok()
                        .filter(|length| *length <= MOST_BODY)
                        .ok_or_else(|| refused("a chunk is too long"));
                }
                Ok(httparse::Status::Partial) => self.more()?,
                Err(_) => return Err(refused("a chunk has no length")),
            }
        }
    }

    /// Passes over what may follow the last chunk.
    fn trailers(&mut self) -> Result<()> {
        loop {
            if self.begun.starts_with(b"\r\n") {
                self.begun.drain(..2);
                return Ok(());
            }
            if let Some(end) = self.begun.windows(4).position(|it| it == b"\r\n\r\n") {
                self.begun.drain(..end + 4);
                return Ok(());
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> Result<()> {
        if self.begun.len() > PIECE {
            return Err(refused("its chunks are none"));
        }
        if self.fill()? == 0 { Err(refused("it ends within its body")) } else { Ok(()) }
    }
}

fn read(stream: &mut impl Read, into: &mut [u8]) -> Result<usize> {
    loop {
        match stream.read(into) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            other => return other.map_err(|error| refused(error.to_string()).caused_by(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8], framing: Framing) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut input = Input::new(bytes);
        let body = input.body(framing).ok()?;
        input.fill().unwrap();
        Some((body, input.begun))
    }

    #[test]
    fn bodies_end_where_they_should() {
        let whole = |body: &[u8], rest: &[u8]| Some((body.to_vec(), rest.to_vec()));
        assert_eq!(body(b"abcdef", Framing::Length(4)), whole(b"abcd", b"ef"));
        assert_eq!(body(b"abcdef", Framing::End), whole(b"abcdef", b""));
        assert_eq!(body(b"3;x=y\r\nabc\r\n0\r\n\r\nnext", Framing::Chunks), whole(b"abc", b"next"));
        assert_eq!(body(b"1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n", Framing::Chunks), whole(b"a", b""));
    }

    #[test]
    fn what_does_not_end_is_refused() {
        assert_eq!(body(b"abc", Framing::Length(4)), None);
        assert_eq!(body(b"", Framing::Length(usize::MAX)), None);
        for chunks in ["", "3\r\nab", "3\r\nabcd\r\n0\r\n\r\n", "x\r\n", "ffffffffffffffff\r\n", "0\r\n", "-1\r\n"] {
            assert_eq!(body(chunks.as_bytes(), Framing::Chunks), None, "{chunks:?}");
        }
        let endless = "0\r\n".to_owned() + &"A: b\r\n".repeat(100_000);
        assert_eq!(body(endless.as_bytes(), Framing::Chunks), None);
    }
}
