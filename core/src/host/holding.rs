//! Instances that a function is to have at any time: what is missing is started without waiting for a request.

use super::pool::Pool;
use super::registered::Registered;
use crate::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long after a failed start the next is tried; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How many instances a function is to have, and what keeps it from having them.
#[derive(Debug, Default)]
pub(super) struct Hold {
    wanted: AtomicUsize,
    is_filling: AtomicBool,
    failure: Mutex<Option<Failure>>,
}

#[derive(Debug)]
struct Failure {
    message: String,
    attempts: u32,
    again: Instant,
}

impl Hold {
    pub(super) fn wanted(&self) -> usize {
        self.wanted.load(Ordering::Acquire)
    }

    pub(super) fn set(&self, count: usize) {
        self.wanted.store(count, Ordering::Release);
        self.note(|failure| *failure = None);
    }

    /// Why the last start failed, until one succeeds.
    pub(super) fn failure(&self) -> Option<String> {
        self.note(|failure| failure.as_ref().map(|failure| failure.message.clone()))
    }

    fn may_start(&self) -> bool {
        self.note(|failure| failure.as_ref().is_none_or(|failure| Instant::now() >= failure.again))
    }

    fn failed(&self, error: &Error) {
        self.note(|failure| {
            let attempts = failure.as_ref().map_or(0, |failure| failure.attempts) + 1;
            let pause = FIRST_PAUSE.saturating_mul(1 << (attempts - 1).min(6)).min(LONGEST_PAUSE);
            *failure = Some(Failure { message: error.to_string(), attempts, again: Instant::now() + pause });
        });
    }

    fn note<T>(&self, with: impl FnOnce(&mut Option<Failure>) -> T) -> T {
        with(&mut self.failure.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Marks a function as one for which instances are being started.
struct Filling(Arc<Registered>);

impl Filling {
    fn begin(function: &Arc<Registered>) -> Option<Self> {
        let was_filling = function.hold.is_filling.swap(true, Ordering::AcqRel);
        (!was_filling).then(|| Self(Arc::clone(function)))
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.0.hold.is_filling.store(false, Ordering::Release);
    }
}

impl Registered {
    /// How many instances there are: idle, frozen and in use.
    pub(super) fn present(&self) -> usize {
        self.idle().len() + self.frozen().len() + self.in_use()
    }

    /// How many instances may go without the function having fewer than it is to have.
    pub(super) fn surplus(&self) -> usize {
        self.present().saturating_sub(self.hold.wanted())
    }

    fn missing(&self) -> usize {
        self.hold.wanted().saturating_sub(self.present())
    }
}

impl Pool {
    /// Begins to start what functions lack, one after the other for each; to be called again when one of the tasks has
    /// ended, and now and then.
    pub(super) fn fill(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        for function in self.all().into_iter().filter(|it| it.missing() > 0 && it.hold.may_start()) {
            let Some(filling) = Filling::begin(&function) else { continue };
            let pool = Arc::clone(self);
            tasks.spawn(async move {
                let _filling = filling;
                while function.missing() > 0 && !pool.is_closed() {
                    if let Err(error) = pool.add_idle(&function).await {
                        tracing::warn!(function = %function.id, "an instance that is to be held was not started: {error}");
                        return function.hold.failed(&error);
                    }
                    function.hold.note(|failure| *failure = None);
                }
            });
        }
    }
}
