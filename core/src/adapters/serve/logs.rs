//! What functions write, and why they fail, as log lines: one line of theirs is one of the log, so that none can look like
//! another's.

use super::record::Which;
use crate::error::{Error, Output};
use crate::host::Reply;
use uuid::Uuid;

/// How many lines of each stream of one request are passed on.
const MOST_LINES: usize = 1_000;

/// Passes on what an invocation wrote, and its error.
pub(super) fn tell(function: &str, which: Which, request: Uuid, outcome: &Result<Reply, Error>) {
    let wrote = |output: &Output| {
        for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            for line in String::from_utf8_lossy(bytes).lines().take(MOST_LINES) {
                tracing::info!(target: "headstart::function", function, version = %which, %request, stream, "{line}");
            }
        }
    };
    match outcome {
        Ok(reply) => reply.start_output().into_iter().chain([reply.output()]).for_each(wrote),
        Err(error) => {
            error.output().into_iter().for_each(wrote);
            let text = error.to_string();
            let text = text.lines().next().unwrap_or_default();
            tracing::info!(target: "headstart::function", function, version = %which, %request, code = %error.code(), "failed to {text}");
        }
    }
}
