//! Invocations of type Event: answered at once, run later, tried again by AWS's rules.
//!
//! Two more tries after an error of the function, one and two minutes later; after a throttle or an error of the server
//! again and again with a growing pause, for up to six hours
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>). They are kept in memory: those
//! that have not run when the server stops are told of and lost.

use super::fault::Fault;
use super::invocation::Invocation;
use super::server::Shared;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of all events that wait, each with what it takes besides its payload.
const BUDGET: usize = 256 << 20;
const UNIT: usize = 1 << 10;
const OVERHEAD: usize = 1 << 10;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// When an event is tried again.
#[derive(Debug, Clone)]
pub struct Retries {
    /// The pauses after an error of the function; there are as many further tries.
    pub after_error: Vec<Duration>,
    /// How old an event may become.
    pub oldest: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { after_error: vec![Duration::from_mins(1), Duration::from_mins(2)], oldest: Duration::from_hours(6) }
    }
}

/// The events that have not come to an end.
#[derive(Debug)]
pub(super) struct Events {
    retries: Retries,
    budget: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// What one try came to.
enum Try {
    Ended,
    Failed,
    NotRun,
}

impl Events {
    pub(super) fn new(retries: Retries) -> Self {
        Self { retries, budget: Arc::new(Semaphore::new(BUDGET / UNIT)), waiting: AtomicUsize::new(0) }
    }

    /// How many there are.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    fn place(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Fault> {
        let units = u32::try_from((bytes + OVERHEAD).div_ceil(UNIT)).unwrap_or(u32::MAX);
        let full = |_| Fault::throttled("CallerRateLimitExceeded");
        Arc::clone(&self.budget).try_acquire_many_owned(units).map_err(full)
    }
}

impl Shared {
    /// Takes an event to run it later; fails where too many wait.
    pub(super) fn queue(self: &Arc<Self>, mut invocation: Invocation) -> Result<(), Fault> {
        let place = self.events.place(invocation.payload.bytes.len())?;
        invocation.payload.release();
        self.events.waiting.fetch_add(1, Ordering::AcqRel);
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let _place = place;
            let function = invocation.reference.name.clone();
            let ended = shared.run(&invocation).await;
            shared.events.waiting.fetch_sub(1, Ordering::AcqRel);
            if !ended {
                shared.metrics.lost(&function);
                tracing::warn!(function, request = %invocation.id, "an event is given up");
            }
        });
        Ok(())
    }

    /// Tries until one try succeeds; whether one did.
    async fn run(&self, invocation: &Invocation) -> bool {
        let begun = Instant::now();
        let mut after_error = self.events.retries.after_error.iter();
        let (mut pause, mut stopped) = (FIRST_PAUSE, self.stopping.subscribe());
        loop {
            let wait = match self.attempt(invocation).await {
                Try::Ended => return true,
                Try::Failed => match after_error.next() {
                    Some(wait) => *wait,
                    None => return false,
                },
                Try::NotRun => {
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    wait
                }
            };
            if begun.elapsed() + wait > self.events.retries.oldest {
                return false;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stopped.wait_for(|it| *it) => return false,
            }
        }
    }

    async fn attempt(&self, invocation: &Invocation) -> Try {
        match self.invoke(invocation).await {
            Ok(answer) if answer.result.is_ok() => Try::Ended,
            Err(fault) if fault.is_ours() || fault.reason().is_some() => Try::NotRun,
            // A function that was deleted, or an alias that leads nowhere, does no better later either.
            Ok(_) | Err(_) => Try::Failed,
        }
    }
}
