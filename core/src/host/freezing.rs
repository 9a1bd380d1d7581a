//! Instances that are frozen and thawed.

use super::deadline::Deadline;
use super::pool::{Count, Pool, full};
use super::registered::{Registered, Waiting};
use crate::error::Result;
use crate::instance::{FreezeLevel, Frozen, Tier};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tracing::Instrument;

/// How many instances are frozen at once for having been idle: each may keep a thread, and the kernel changes one cgroup
/// at a time.
const MOST_AT_ONCE: usize = 8;

impl Pool {
    /// A frozen instance, thawed; where it does not come back, one from the next tier in its place.
    pub(super) async fn thaw_or_start(
        &self,
        function: &Registered,
        Waiting { worker, place, since }: Waiting<Frozen>,
        deadline: Deadline,
    ) -> Result<Waiting> {
        // Whoever hangs leaves the next tier as much time.
        let within = deadline.remaining() / 2;
        match worker.thaw(&function.plan.name, within).instrument(tracing::debug_span!("thaw")).await {
            Ok(worker) => Ok(Waiting { worker, place, since }),
            Err(error) => {
                function.tally.failed(Tier::Frozen);
                tracing::warn!(function = %function.id, "a frozen instance is given up, the next tier serves: {error}");
                let stem = function.take_nearest_stem();
                let (place, stem) = stem.map_or((place, None), |Waiting { worker, place, .. }| (place, Some(worker)));
                let worker = self.instance(function, stem, Some(deadline)).await?;
                Ok(Waiting { worker, place, since: Instant::now() })
            }
        }
    }

    /// One more frozen instance: the one that has been idle longest, else a new one.
    pub(super) async fn add_frozen(&self, function: &Registered, level: FreezeLevel) -> Result<()> {
        let (waiting, slot) = match function.take_oldest_idle(Duration::ZERO) {
            Some(waiting) => (waiting, function.free_slot()),
            None => (self.prewarmed(function).await?, function.free_slot()),
        };
        if let Some(slot) = slot {
            return self.freeze(function, waiting, level, slot).await;
        }
        self.take_back(function, waiting);
        Err(full())
    }

    /// Freezes an instance and keeps it. Meanwhile it counts as one that is used, so that no request has another started
    /// beyond what the function may have.
    async fn freeze(
        &self,
        function: &Registered,
        Waiting { worker, place, since }: Waiting,
        level: FreezeLevel,
        _slot: OwnedSemaphorePermit,
    ) -> Result<()> {
        let _in_flight = Count::up(&self.in_flight);
        let worker = Frozen::freeze(worker, &function.plan.name, &self.freezer, level)
            .instrument(tracing::debug_span!("freeze"))
            .await?;
        if function.keep_frozen(Waiting { worker, place, since }) {
            self.returned.notify_one();
        }
        Ok(())
    }

    /// Begins to freeze instances that have been idle for so long; to be called again when one of the tasks has ended.
    pub(super) fn freeze_idle(self: &Arc<Self>, idle: Duration, level: FreezeLevel, tasks: &mut JoinSet<()>) {
        for function in self.all() {
            while tasks.len() < MOST_AT_ONCE {
                let Some(slot) = function.free_slot() else { break };
                let Some(waiting) = function.take_oldest_idle(idle) else { break };
                let (pool, function) = (Arc::clone(self), Arc::clone(&function));
                tasks.spawn(async move {
                    if let Err(error) = pool.freeze(&function, waiting, level, slot).await {
                        tracing::warn!(function = %function.id, "an idle instance is ended, it was not frozen: {error}");
                    }
                });
            }
        }
    }
}

/// Has the memory of paged-out instances brought back, of those first that are thawed first.
pub(super) async fn bring_pages(function: &Registered, count: usize) {
    let bringing: Vec<_> = function.frozen().iter().rev().take(count).filter_map(|it| it.worker.bringing()).collect();
    for bring in bringing {
        // What was not brought comes page by page.
        let _ = tokio::task::spawn_blocking(bring).await;
    }
}
