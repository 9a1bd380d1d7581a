//! L1: a ready instance without a processor.

use super::tier::Tier;
use super::worker::Worker;
use crate::bootstrap::Kind;
use crate::error::{Code, Error, Result};
use crate::sys::freeze::{Freezer, Group};
use crate::sys::paging::{Unable, WorkingSet, page_out};
use serde::Serialize;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How much is taken from an instance that is frozen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FreezeLevel {
    /// The processor: its memory stays as it is, and a thaw takes well under a millisecond.
    #[default]
    Freeze,
    /// The memory too: the pages of files, and as far as swap takes them the others. Where there is no swap, or no right
    /// to page out the memory of others, the instance is frozen all the same, and that is told once.
    PageOut,
}

/// What stays with a worker from its first freeze on.
#[derive(Debug)]
pub(super) struct Hold {
    group: Group,
    /// What the first event after paging out needed.
    needed: Arc<OnceLock<WorkingSet>>,
    /// Whether its memory was paged out at the last freeze.
    is_paged_out: bool,
}

/// A frozen instance; dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Frozen {
    worker: Worker,
    /// Given back to the worker when it is thawed.
    hold: Hold,
}

impl Frozen {
    /// Runs the hooks and stops the worker; it is ended where that fails.
    pub(crate) async fn freeze(
        mut worker: Worker,
        function: &str,
        freezer: &Arc<Freezer>,
        level: FreezeLevel,
    ) -> Result<Self> {
        worker.run_hooks(function, Kind::BeforeFreeze).await?;
        let (pid, hold, freezer) = (worker.pid(), worker.hold.take(), Arc::clone(freezer));
        let stopped = tokio::task::spawn_blocking(move || stop(pid, hold, &freezer, level)).await;
        let hold =
            stopped.map_err(io::Error::other).flatten().map_err(|error| failed(Code::WorkerFreezeFailed, &error))?;
        Ok(Self { worker, hold })
    }

    /// Lets the worker go on and tells it the time. It is ended where it does not answer within `within`.
    pub(crate) async fn thaw(self, function: &str, within: Duration) -> Result<Worker> {
        let Self { mut worker, hold } = self;
        worker.begin_again(Tier::Frozen);
        if let Some(bring) = hold.bringing(worker.pid()) {
            // What was not brought comes page by page.
            let _ = tokio::task::spawn_blocking(bring).await;
        }
        let go_on = || hold.group.go_on().map_err(|error| failed(Code::WorkerThawFailed, &error));
        worker.wake(function, Kind::AfterThaw, within, go_on).await?;
        worker.hold = Some(hold);
        Ok(worker)
    }

    /// What brings back into memory what the next event will need, where that is known; to be called on a thread that
    /// may wait. It stays frozen.
    pub(crate) fn bringing(&self) -> Option<impl FnOnce() + Send + 'static> {
        self.hold.bringing(self.worker.pid())
    }
}

impl AsRef<Worker> for Frozen {
    fn as_ref(&self) -> &Worker {
        &self.worker
    }
}

impl Hold {
    fn bringing(&self, pid: u32) -> Option<impl FnOnce() + Send + 'static> {
        let needed = Arc::clone(&self.needed);
        (self.is_paged_out && needed.get().is_some()).then_some(move || {
            if let Some(Err(error)) = needed.get().map(|needed| needed.bring(pid)) {
                tracing::debug!(pid, "the working set was not brought back: {error}");
            }
        })
    }

    /// Notes what is in memory after the first event that followed paging out, once, on a thread of its own.
    pub(super) fn note_needed(&mut self, pid: u32) {
        if std::mem::take(&mut self.is_paged_out) && self.needed.get().is_none() {
            let needed = Arc::clone(&self.needed);
            tokio::task::spawn_blocking(move || match WorkingSet::of(pid) {
                Ok(set) => {
                    tracing::debug!(pid, bytes = set.bytes(), "the working set is recorded");
                    // Whoever was first is as right.
                    drop(needed.set(set));
                }
                Err(error) => tracing::debug!(pid, "the working set was not recorded: {error}"),
            });
        }
    }
}

fn stop(pid: u32, hold: Option<Hold>, freezer: &Freezer, level: FreezeLevel) -> io::Result<Hold> {
    let mut hold = match hold {
        Some(hold) => hold,
        None => Hold { group: freezer.group(pid)?, needed: Arc::default(), is_paged_out: false },
    };
    hold.group.stop()?;
    hold.is_paged_out = level == FreezeLevel::PageOut && is_paged_out(pid)?;
    Ok(hold)
}

fn is_paged_out(pid: u32) -> io::Result<bool> {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let kept = page_out(pid)?.kept;
    if let Some(why) = kept.filter(|_| !TOLD.swap(true, Ordering::Relaxed)) {
        tracing::warn!("instances keep memory that was to be paged out: {why}");
    }
    Ok(matches!(kept, None | Some(Unable::NoSwap)))
}

fn failed(code: Code, error: &io::Error) -> Error {
    let what = if code == Code::WorkerFreezeFailed { "freeze the instance" } else { "thaw the instance" };
    Error::new(code, what, error.to_string())
}
