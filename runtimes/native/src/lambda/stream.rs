//! A result that the function streams, on its way to the platform.

use super::api::{self, RuntimeApi};
use super::fault::Fault;
use super::http::{Response, Upload};
use super::invocation::Invocation;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use headstart::error::{Error, Result};

/// What ends the prelude of an HTTP answer, which a function writes by itself before the first of the body
/// (`awslambda.HttpResponseStream`). No JSON text has a zero byte in it.
const END_OF_PRELUDE: [u8; 8] = [0; 8];
/// The type of a body that begins with such a prelude.
const HTTP: &str = "application/vnd.awslambda.http-integration-response";
const BYTES: &str = "application/octet-stream";

/// Begins with the first piece.
#[derive(Debug, Default)]
pub(super) enum Stream {
    #[default]
    NotBegun,
    Open(Upload),
    /// The platform takes a result as a whole only.
    Collected(Vec<u8>),
    /// The platform takes no more of it; the function need not know.
    Refused,
}

impl Stream {
    /// Whether a piece was written.
    pub(super) fn is_begun(&self) -> bool {
        !matches!(self, Stream::NotBegun)
    }

    /// Passes a piece on.
    pub(super) fn write(&mut self, api: &RuntimeApi, invocation: &Invocation, piece: &[u8]) {
        let written = match self {
            Stream::NotBegun if !api.dialect.streams() => {
                *self = Stream::Collected(piece.to_vec());
                return;
            }
            Stream::Collected(pieces) => return pieces.extend_from_slice(piece),
            Stream::NotBegun => api.begin(invocation, content_type(piece)).and_then(|mut upload| {
                upload.send(piece)?;
                *self = Stream::Open(upload);
                Ok(())
            }),
            Stream::Open(upload) => upload.send(piece),
            Stream::Refused => return,
        };
        if let Err(error) = written {
            broken_off(invocation, &error);
            *self = Stream::Refused;
        }
    }

    /// Ends it with what is left, or with what went wrong. One that the platform does not take is told of; the next event
    /// can be handled all the same.
    pub(super) fn finish(
        self,
        api: &mut RuntimeApi,
        rest: std::result::Result<&[u8], &Fault>,
        invocation: &Invocation,
    ) -> Result<()> {
        let upload = match (self, rest) {
            (Stream::Open(upload), _) => upload,
            (Stream::Collected(pieces), Ok(rest)) => return api.respond(invocation, &[&pieces, rest].concat()),
            (Stream::Collected(_), Err(fault)) => return api.fail(invocation, fault),
            (Stream::NotBegun | Stream::Refused, _) => return Ok(()),
        };
        match end(upload, rest, &invocation.id) {
            Ok(answer) => api::settle(answer, invocation, "response"),
            Err(error) => {
                broken_off(invocation, &error);
                Ok(())
            }
        }
    }
}

fn end(mut upload: Upload, rest: std::result::Result<&[u8], &Fault>, id: &str) -> Result<Response> {
    match rest {
        Ok(rest) => {
            upload.send(rest)?;
            upload.finish(&[])
        }
        Err(fault) => {
            let (name, body) = (fault.header(), STANDARD.encode(fault.body(Some(id))));
            upload.finish(&[(api::ERROR_TYPE, &name), (api::ERROR_BODY, &body)])
        }
    }
}

fn broken_off(invocation: &Invocation, error: &Error) {
    crate::say(&format!("the response for request {} breaks off: {error}", invocation.id));
}

fn content_type(first: &[u8]) -> &'static str {
    if first.starts_with(b"{") && first.ends_with(&END_OF_PRELUDE) { HTTP } else { BYTES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_answer_is_known_by_its_prelude() {
        assert_eq!(content_type(b"{\"statusCode\":200}\0\0\0\0\0\0\0\0"), HTTP);
        assert_eq!(content_type(b"{\"a\": 1}"), BYTES);
        assert_eq!(content_type(b""), BYTES);
    }
}
