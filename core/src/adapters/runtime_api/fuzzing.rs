//! A conversation with any program, for the fuzzer alone.

use super::conversation::{Asked, Call, Conversation, Outcome};
use super::facts::Facts;
use super::raised::Raised;
use super::route::Route;
use crate::bootstrap::{Frame, Kind};
use bytes::Bytes;
use http::Method;
use tokio::sync::oneshot;

/// Has a host and a runtime say what the bytes tell, a line each: one that begins with `>` is a message of the host's, any
/// other a request. Whatever it is, nothing panics, and what was asked is answered or waits.
pub fn converse(data: &[u8]) {
    let mut conversation = Conversation::new(Facts::default());
    let mut waiting = Vec::new();
    for (number, line) in (1..).zip(data.split(|byte| *byte == b'\n')) {
        match line {
            [b'>', kind, body @ ..] => {
                let Some(kind) = Kind::from_number(*kind) else { continue };
                // What is no message ends a worker.
                if conversation.told(Frame { kind, request: number, body: body.to_vec() }).is_err() {
                    return;
                }
            }
            line => {
                let (answer, answered) = oneshot::channel();
                if let Some(asked) = asked(line) {
                    conversation.asked(Call { asked, answer });
                    waiting.push(answered);
                }
            }
        }
        while conversation.deed().is_some() {}
    }
}

/// A request: a method, a path and a body, with spaces between.
fn asked(line: &[u8]) -> Option<Asked> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let method = Method::from_bytes(parts.next()?).ok()?;
    let path = String::from_utf8_lossy(parts.next()?).into_owned();
    let body = parts.next().unwrap_or_default();
    let text = || String::from_utf8_lossy(body).into_owned();
    Some(match Route::of(&method, &path) {
        Route::Next => Asked::Next,
        Route::Ready => Asked::Ready,
        Route::Response(id) => {
            Asked::Response { id: id.into(), outcome: Outcome::Result(Bytes::copy_from_slice(body)) }
        }
        Route::Error(id) => Asked::Response { id: id.into(), outcome: Outcome::Raised(Raised::read(None, body)) },
        Route::InitError => Asked::InitError(Raised::read(None, body)),
        Route::RestoreNext => Asked::RestoreNext,
        Route::RestoreError => Asked::RestoreError(Raised::read(None, body)),
        Route::Register => Asked::Register { name: text(), body: Bytes::copy_from_slice(body) },
        Route::ExtensionNext => Asked::ExtensionNext { id: text() },
        Route::ExtensionInitError | Route::ExtensionExitError => Asked::ExtensionError { id: text(), kind: text() },
        Route::Telemetry | Route::WrongMethod | Route::Unknown => return None,
    })
}
