//! What translators say to the host, whatever their processes speak.

use crate::bootstrap::message::{self, Failure, Hello, Phases, Ready, Resume};
use crate::bootstrap::{Kind, VERSIONS};
use crate::error::{Code, Error};
use crate::sys::clock;
use std::time::Instant;

/// Bytes of an error's message that are passed on, and of its trace. In JSON each may take six times as much; a control
/// message holds both (`MAX_CONTROL`).
const MOST_TEXT: usize = 64 << 10;
/// Bytes of an error's type.
const MOST_NAME: usize = 4 << 10;

/// What an instance that is ready says of itself.
const INSTANCE: &str = "instance";

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
    ready(INSTANCE, Phases { import, ..Phases::default() }, None)
}

/// That the hooks of an instance have run, and what went wrong with one.
pub(super) fn have_run(failed: Option<Box<Failure>>) -> Said {
    ready(INSTANCE, Phases::default(), failed.map(|failed| shortened(*failed)))
}

/// That an instance stands still, and how it is to be gone on with.
pub(super) fn is_parked(resume: Resume) -> Said {
    let ready = Ready { state: INSTANCE.to_owned(), resume: Some(resume), ..Ready::default() };
    (Kind::Ready, message::encode(&ready))
}

/// That a step failed.
pub(super) fn failed(failure: Failure) -> Said {
    (Kind::Failure, message::encode(&shortened(failure)))
}

/// What a message can hold of an error, however much a process says.
fn shortened(mut failure: Failure) -> Failure {
    let Failure { message, type_name, trace, .. } = &mut failure;
    message.truncate(message.floor_char_boundary(MOST_TEXT));
    if let Some(name) = type_name {
        name.truncate(name.floor_char_boundary(MOST_NAME));
    }
    let mut left = MOST_TEXT;
    // Around each line: quotes and a comma.
    let kept = trace.iter().take_while(|line| left.checked_sub(line.len() + 3).inspect(|rest| left = *rest).is_some());
    trace.truncate(kept.count());
    failure
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::Limits;

    #[test]
    fn what_is_too_long_is_cut_and_fits_a_message() {
        for long in ["ä", "\u{1}", "\""].map(|text| text.repeat(1 << 20)) {
            let lines = vec![String::new(); 1 << 20];
            for trace in [vec![long.clone()], lines] {
                let mut failure = *plain(Code::FunctionRaised, long.clone());
                (failure.type_name, failure.trace) = (Some(long.clone()), trace);
                let (kind, body) = failed(failure.clone());
                assert!(body.len() <= Limits::default().max_body(kind) as usize, "{}", body.len());
                let told: Failure = message::decode(kind, &body).unwrap();
                assert!(!told.message.is_empty() && long.starts_with(&told.message));
                let (kind, body) = have_run(Some(Box::new(failure)));
                assert!(body.len() <= Limits::default().max_body(kind) as usize, "{}", body.len());
            }
        }
    }
}
