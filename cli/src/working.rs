//! Long work: a bar on a terminal, and an end when it is interrupted.

use crate::talk;
use headstart::slim::{Progress, Step};
use headstart::{Code, Error};
use indicatif::ProgressBar;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinHandle;

/// Shows how far the work is; standard error that is no terminal shows nothing.
#[derive(Debug)]
pub(crate) struct Working {
    bar: ProgressBar,
    is_cancelled: AtomicBool,
}

impl Working {
    pub(crate) fn new() -> Self {
        Self { bar: talk::progress(0, ""), is_cancelled: AtomicBool::new(false) }
    }

    /// Waits for the work; an interrupt asks it to stop, and waits until it has removed what it wrote.
    pub(crate) async fn finish<T: Send + 'static>(&self, work: JoinHandle<Result<T, Error>>) -> Result<T, Error> {
        let mut work = work;
        let outcome = tokio::select! {
            outcome = &mut work => outcome,
            _ = tokio::signal::ctrl_c() => {
                self.is_cancelled.store(true, Ordering::Relaxed);
                work.await
            }
        };
        self.bar.finish_and_clear();
        outcome.unwrap_or_else(|error| Err(Error::new(Code::SystemIo, "finish", error.to_string()).caused_by(error)))
    }
}

impl Progress for Working {
    fn begin(&self, step: Step, total: u64) {
        self.bar.reset();
        self.bar.set_length(total);
        self.bar.set_message(step.name());
    }

    fn advance(&self, by: u64) {
        self.bar.inc(by);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}
