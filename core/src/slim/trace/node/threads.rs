//! Threads for parsing.

use crate::error::{Code, Error, Result};

/// Parsers and visitors go as deep as a source is nested; pages of a stack that are not used cost nothing.
const STACK_BYTES: usize = 256 << 20;

/// Runs `work` where [`rayon`] has threads with large stacks.
pub(super) fn with_large_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_BYTES)
        .thread_name(|number| format!("headstart-trace-{number}"))
        .build()
        .map_err(|error| Error::new(Code::SystemIo, "start threads", error.to_string()).caused_by(error))?;
    Ok(pool.install(work))
}
