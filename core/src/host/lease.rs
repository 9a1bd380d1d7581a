//! An instance that one request has to itself.

use super::pool::Pool;
use super::registered::{Known, Registered, Waiting};
use super::request::{Reply, Request};
use crate::error::{Code, Result};
use crate::instance::{Call, Tier, Timings, since};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;

/// An instance, until the request is over. Dropped before, as when the caller goes away, it ends the instance:
/// what it was told to do cannot be taken back.
pub(super) struct Lease {
    pool: Arc<Pool>,
    function: Arc<Registered>,
    waiting: Waiting,
    /// Held until the instance is back, so that whoever waits for the slot finds it.
    _slot: OwnedSemaphorePermit,
    _busy: Busy,
    tier: Tier,
    timings: Timings,
}

/// Lists an instance among those that handle a request.
struct Busy(Arc<Registered>, u32);

impl Busy {
    fn begin(function: &Arc<Registered>, known: Known) -> Self {
        function.busy().push(known);
        Self(Arc::clone(function), known.0)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy().retain(|(pid, ..)| *pid != self.1);
    }
}

impl Lease {
    pub(super) fn new(
        pool: Arc<Pool>,
        function: Arc<Registered>,
        waiting: Waiting,
        slot: OwnedSemaphorePermit,
        tier: Tier,
        timings: Timings,
    ) -> Self {
        let busy = Busy::begin(&function, (waiting.worker.pid(), waiting.worker.tier(), waiting.worker.timings()));
        Self { pool, function, waiting, _slot: slot, _busy: busy, tier, timings }
    }

    /// Handles one event and gives the instance back, if it is still of use.
    pub(super) async fn invoke(mut self, request: &Request) -> Result<Reply> {
        let begun = Instant::now();
        let call = Call {
            payload: &request.payload,
            context: &request.context,
            deadline: request.ends_at(begun),
            settle: request.settle,
            reader: request.reader.as_ref(),
        };
        let answered = self.waiting.worker.invoke(call).await;
        let invoke_us = since(begun);
        let pid = self.waiting.worker.pid();
        let started = self.waiting.worker.take_started().filter(|output| !output.is_empty());
        let (tier, timings) = (self.tier, Timings { invoke_us, ..self.timings });
        let keep = answered.as_ref().err().is_none_or(|error| error.code() != Code::OutOfMemory);
        self.waiting.since = Instant::now();
        if keep {
            self.pool.take_back(&self.function, self.waiting);
        }
        answered.map(|(payload, output)| Reply { payload, output, started, tier, timings, pid })
    }
}
