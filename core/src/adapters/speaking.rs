//! What translators say to the host, whatever their processes speak.

use crate::bootstrap::message::{self, Failure, Hello, Phases, Ready};
use crate::bootstrap::{Kind, VERSIONS};
use crate::error::{Code, Error};
use crate::sys::clock;
use std::time::Instant;

/// A message, and its body.
pub(super) type Said = (Kind, Vec<u8>);

/// The first word of a process that speaks this protocol.
pub(super) fn hello(protocol: &str, pid: u32) -> Vec<u8> {
    message::encode(&Hello {
        versions: VERSIONS.to_vec(),
        runtime: protocol.to_owned(),
        runtime_version: String::new(),
        launcher: env!("CARGO_PKG_VERSION").to_owned(),
        pid,
        entered_ns: clock::monotonic_ns(),
    })
}

/// That a process waits for its function.
pub(super) fn is_stem() -> Said {
    ready("stem", Phases::default(), None)
}

/// That an instance is initialized.
pub(super) fn is_initialized(since: Instant) -> Said {
    let import = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
    ready("instance", Phases { import, ..Phases::default() }, None)
}

/// That the hooks of an instance have run, and what went wrong with one.
pub(super) fn have_run(failed: Option<Box<Failure>>) -> Said {
    ready("instance", Phases::default(), failed.map(|failed| *failed))
}

/// That a step failed.
pub(super) fn failed(failure: &Failure) -> Said {
    (Kind::Failure, message::encode(failure))
}

/// A failure that has a code and a message only.
pub(super) fn plain(code: Code, message: impl Into<String>) -> Box<Failure> {
    Box::new(Failure { code: code.to_string(), message: message.into(), ..Failure::default() })
}

/// A message of the host's that a translator has no answer to.
pub(super) fn unexpected(kind: Kind) -> Error {
    Error::new(Code::UnexpectedMessage, "translate", format!("nothing answers {kind}"))
}

fn ready(state: &str, timings_us: Phases, failed: Option<Failure>) -> Said {
    let hooks_failed = failed.into_iter().collect();
    (Kind::Ready, message::encode(&Ready { state: state.to_owned(), timings_us, hooks_failed, ..Ready::default() }))
}
