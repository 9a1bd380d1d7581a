//! One connection to the Runtime API, made again where the other side has closed it.

use super::body::Input;
use super::refused;
use super::response::{Framing, Response};
use super::upload::Upload;
use headstart::error::{Code, Error, Result};
use headstart::sys::pieces;
use std::io::Read;
use std::net::TcpStream;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'static str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// A connection that is made when it is needed.
#[derive(Debug)]
pub(crate) struct Connection {
    address: String,
    /// What stands before every path.
    base: String,
    input: Option<Input<TcpStream>>,
}

/// An answer is begun, or the connection had been closed before.
enum Begun {
    Answered(Response),
    Closed,
}

impl Connection {
    /// To `host:port`; a path may follow, as emulators of several functions have it, and a scheme stand before.
    pub(crate) fn new(api: &str) -> Self {
        let api = api.strip_prefix("http://").unwrap_or(api).trim_end_matches('/');
        let slash = api.find('/').unwrap_or(api.len());
        Self { address: api[..slash].to_owned(), base: api[slash..].to_owned(), input: None }
    }

    /// Asks, and takes the answer. `wait` returns once the answer may be read, and says `false` where nobody waits for it any
    /// more: then there is none.
    ///
    /// A connection that was kept may have been closed meanwhile: the request is then made again on another.
    pub(crate) fn ask(
        &mut self,
        request: &Request<'_>,
        mut wait: impl FnMut(&TcpStream) -> Result<bool>,
    ) -> Result<Option<Response>> {
        loop {
            // What was sent unasked answers nothing.
            let (mut input, was_kept) = match self.input.take().filter(|kept| kept.begun.is_empty()) {
                Some(kept) => (kept, true),
                None => (self.connect()?, false),
            };
            let is_written = self.write(&input.stream, request).is_ok();
            if is_written && !wait(&input.stream)? {
                return Ok(None);
            }
            // What could not be written may have been answered all the same.
            match answer(&mut input)? {
                Begun::Closed if was_kept => {}
                Begun::Closed => return Err(refused("it closed the connection").with("address", &self.address)),
                Begun::Answered(response) => {
                    self.input = Some(input).filter(|_| is_written && !response.closes());
                    return Ok(Some(response));
                }
            }
        }
    }

    /// Begins a request whose body is sent as it comes, on a connection of its own.
    pub(crate) fn upload(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Upload> {
        let mut head = self.head("POST", path, headers);
        head.push_str("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        Upload::begin(self.connect()?, &head)
    }

    fn connect(&self) -> Result<Input<TcpStream>> {
        let connected = TcpStream::connect(&self.address).and_then(|stream| {
            // A request is written whole; nothing more is to come that could be sent with it.
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        let stream = connected.map_err(|error| {
            Error::new(Code::RuntimeApiFailed, "connect to the Lambda Runtime API", error.to_string())
                .with("address", &self.address)
                .caused_by(error)
        })?;
        Ok(Input::new(stream))
    }

    fn write(&self, stream: &TcpStream, request: &Request<'_>) -> std::io::Result<()> {
        let Request { method, path, headers, body } = request;
        let mut head = self.head(method, path, headers);
        if *method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        pieces::write_all(stream, &[head.as_bytes(), body])
    }

    fn head(&self, method: &str, path: &str, headers: &[(&'static str, &str)]) -> String {
        let Self { address, base, .. } = self;
        let mut head = format!("{method} {base}{path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: {AGENT}\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head
    }
}

/// The answer that has to come now.
pub(super) fn answer_of(input: &mut Input<TcpStream>) -> Result<Response> {
    match answer(input)? {
        Begun::Answered(response) => Ok(response),
        Begun::Closed => Err(refused("it closed the connection")),
    }
}

/// What this client calls itself.
const AGENT: &str = concat!("headstart/", env!("CARGO_PKG_VERSION"));

fn answer(input: &mut Input<impl Read>) -> Result<Begun> {
    loop {
        let Some((mut response, length)) = Response::head(&input.begun)? else {
            match input.fill() {
                Ok(count) if count > 0 => continue,
                Ok(_) if !input.begun.is_empty() => return Err(refused("it ends within its head")),
                Err(error) if !input.begun.is_empty() => return Err(error),
                _ => return Ok(Begun::Closed),
            }
        };
        input.begun.drain(..length);
        if response.is_interim() {
            continue;
        }
        let framing = response.framing()?;
        response.body = input.body(framing)?;
        if framing == Framing::End {
            response.headers.push(("connection".into(), "close".into()));
        }
        return Ok(Begun::Answered(response));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives as many bytes at a time as it is told.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(self.1).min(into.len());
            let (now, rest) = self.0.split_at(count);
            into[..count].copy_from_slice(now);
            self.0 = rest;
            Ok(count)
        }
    }

    fn read(bytes: &[u8], piece: usize) -> Option<(u16, Vec<u8>)> {
        let mut input = Input::new(Pieces(bytes, piece));
        match answer(&mut input).ok()? {
            Begun::Answered(response) => Some((response.status, response.body)),
            Begun::Closed => None,
        }
    }

    proptest! {
        #[test]
        fn an_answer_is_the_same_in_whatever_pieces_it_comes(
            body in proptest::collection::vec(any::<u8>(), 0..200), chunk in 1..50_usize, piece in 1..50_usize,
        ) {
            let mut plain = format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 x\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
            plain.extend_from_slice(&body);
            prop_assert_eq!(read(&plain, piece), Some((202, body.clone())));
            let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for chunk in body.chunks(chunk) {
                chunked.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                chunked.extend_from_slice(chunk);
                chunked.extend_from_slice(b"\r\n");
            }
            chunked.extend_from_slice(b"0\r\n\r\n");
            prop_assert_eq!(read(&chunked, piece), Some((200, body)));
            // Cut short it is none, wherever that is.
            let cut = piece * chunk % chunked.len();
            prop_assert_eq!(read(&chunked[..cut], piece), None);
        }

        #[test]
        fn garbage_is_refused_and_ends(head in "(HTTP/1.1 200 OK\r\n)?(Transfer-Encoding: chunked\r\n|Content-Length: 9\r\n)?(\r\n)?", rest in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&[head.as_bytes(), &rest].concat(), 7);
        }
    }

    #[test]
    fn an_address_may_have_a_path() {
        let parts = |api: &str| {
            let connection = Connection::new(api);
            (connection.address, connection.base)
        };
        let both = |address: &str, base: &str| (address.to_owned(), base.to_owned());
        assert_eq!(parts("127.0.0.1:9001"), both("127.0.0.1:9001", ""));
        assert_eq!(parts("http://[::1]:9000/.rt/fn/"), both("[::1]:9000", "/.rt/fn"));
    }
}
