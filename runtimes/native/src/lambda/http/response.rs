//! Answers: status and headers.

use super::{MOST_HEAD, refused};
use headstart::error::Result;

/// More headers than this no answer has.
const MOST_HEADERS: usize = 128;

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Reads the head that `bytes` begin with, and how long it is; nothing where more of it is to come.
    pub(super) fn head(bytes: &[u8]) -> Result<Option<(Self, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let status = parsed.parse(bytes).map_err(|error| refused(error.to_string()).caused_by(error))?;
        let length = match status {
            httparse::Status::Complete(length) => length,
            httparse::Status::Partial if bytes.len() > MOST_HEAD => return Err(refused("its head is too long")),
            httparse::Status::Partial => return Ok(None),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let headers = parsed.headers.iter().map(|it| (it.name.to_owned(), text(it.value))).collect();
        Ok(Some((Self { status: parsed.code.unwrap_or(0), headers, body: Vec::new() }, length)))
    }

    /// The header of this name, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether a header that is a list names this word.
    fn lists(&self, name: &str, word: &str) -> bool {
        self.all(name).flat_map(|value| value.split(',')).any(|it| it.trim().eq_ignore_ascii_case(word))
    }

    /// Whether the connection ends with this answer.
    pub(super) fn closes(&self) -> bool {
        self.lists("connection", "close")
    }

    /// Whether another answer to the same request follows.
    pub(super) fn is_interim(&self) -> bool {
        (100..200).contains(&self.status)
    }

    /// How the end of the body is found (RFC 9112, section 6.3).
    pub(super) fn framing(&self) -> Result<Framing> {
        if self.status == 204 || self.status == 304 {
            return Ok(Framing::Length(0));
        }
        let mut lengths = self.all("content-length");
        let length = lengths.next();
        if lengths.any(|other| Some(other) != length) {
            return Err(refused("it has two lengths"));
        }
        if self.all("transfer-encoding").next().is_some() {
            let is_plain = length.is_none() && self.lists("transfer-encoding", "chunked");
            return if is_plain { Ok(Framing::Chunks) } else { Err(refused("its length is ambiguous")) };
        }
        match length {
            None => Ok(Framing::End),
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Framing::Length(text.parse().map_err(|_| refused("its length is no number"))?))
            }
            Some(_) => Err(refused("its length is no number")),
        }
    }
}

/// How the end of a body is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// It has this many bytes.
    Length(usize),
    /// It comes in chunks, the last of which is empty.
    Chunks,
    /// It lasts as long as the connection.
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(headers: &str) -> Option<Framing> {
        let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
        let (response, length) = Response::head(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len());
        response.framing().ok()
    }

    #[test]
    fn the_end_of_a_body_is_found_or_the_answer_refused() {
        assert_eq!(framing("content-Length: 12\r\n"), Some(Framing::Length(12)));
        assert_eq!(framing("Transfer-Encoding: chunked\r\n"), Some(Framing::Chunks));
        assert_eq!(framing(""), Some(Framing::End));
        for shape in [
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "Transfer-Encoding: gzip\r\n",
        ] {
            assert_eq!(framing(shape), None, "{shape}");
        }
    }

    #[test]
    fn heads_come_in_pieces_and_garbage_is_no_head() {
        assert!(Response::head(b"HTTP/1.1 200 OK\r\nA: b\r\n").unwrap().is_none());
        assert!(Response::head(b"SSH-2.0-x\r\n\r\n").is_err());
        assert!(Response::head(&[b"HTTP/1.1 200 OK\r\nA: ".as_slice(), &vec![b'x'; MOST_HEAD]].concat()).is_err());
    }
}
