//! Work that waits for disks and programs, apart from the tasks that serve.

use crate::error::{Code, Error, Result};

/// Does it on a thread that may wait.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(Error::new(Code::SystemIo, "look after snapshots", error.to_string())))
}
