//! As much of HTTP/1.1 as a client of the Lambda Runtime API needs: one connection that is kept, long polls, bodies of
//! known and of unknown length.

mod body;
mod connection;
mod response;
mod upload;

pub(super) use connection::{Connection, Request};
pub(super) use response::Response;
pub(super) use upload::Upload;

use headstart::error::{Code, Error};

/// The longest head of an answer: some headers carry what a caller says of itself.
const MOST_HEAD: usize = 1 << 20;
/// The longest body of an answer; the launchers take no more.
const MOST_BODY: usize = headstart::bootstrap::frame::CEILING_MAX_PAYLOAD as usize;

fn refused(why: impl Into<String>) -> Error {
    Error::new(Code::RuntimeApiFailed, "read the answer of the Lambda Runtime API", why)
}
