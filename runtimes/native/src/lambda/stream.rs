//! A result that the function streams, on its way to the platform.

use super::api::RuntimeApi;
use super::fault::Fault;
use super::http::{Response, Upload};
use super::invocation::Invocation;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use headstart::error::Result;

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
            Stream::NotBegun => api.begin(invocation, content_type(piece)).and_then(|mut upload| {
                upload.send(piece)?;
                *self = Stream::Open(upload);
                Ok(())
            }),
            Stream::Open(upload) => upload.send(piece),
            Stream::Refused => return,
        };
        if let Err(error) = written {
            crate::say(&format!("the response for request {} breaks off: {error}", invocation.id));
            *self = Stream::Refused;
        }
    }

    /// Ends it with what is left, or with what went wrong; the platform's answer, where it is there to give one.
    pub(super) fn finish(self, rest: std::result::Result<&[u8], &Fault>, id: &str) -> Result<Option<Response>> {
        let Stream::Open(mut upload) = self else { return Ok(None) };
        match rest {
            Ok(rest) => {
                upload.send(rest)?;
                upload.finish(&[]).map(Some)
            }
            Err(fault) => {
                let (name, body) = (fault.header(), STANDARD.encode(fault.body(Some(id))));
                upload.finish(&[(super::api::ERROR_TYPE, &name), (super::api::ERROR_BODY, &body)]).map(Some)
            }
        }
    }
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
