//! Places for workers: who gets one, and who is ended for it.

use super::deadline::Deadline;
use super::grove::Grove;
use super::lease::Lease;
use super::registered::{Registered, Waiting};
use super::request::Request;
use crate::bootstrap::Kind;
use crate::error::{Code, Error, Result};
use crate::instance::{Frozen, Starter, Tier, Timings, Worker, since};
use crate::snapshot::Store;
use crate::sys::freeze::Freezer;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tracing::Instrument;

/// All functions and workers of a host.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) starter: Arc<Starter>,
    pub(super) grove: Arc<Grove>,
    pub(super) freezer: Arc<Freezer>,
    pub(super) snapshots: Arc<Store>,
    functions: RwLock<HashMap<u64, Arc<Registered>>>,
    places: Arc<Semaphore>,
    /// Told whenever a worker becomes idle, once for each.
    pub(super) returned: Notify,
    /// Told when a function may have fewer instances than it is to have.
    pub(super) lacking: Notify,
    /// Requests of all functions that are waiting or running, and instances that are being frozen.
    pub(super) in_flight: AtomicUsize,
}

impl Pool {
    pub(super) fn new(starter: Starter, freezer: Freezer, max_workers: usize, zygote_memory: Option<u64>) -> Self {
        let starter = Arc::new(starter);
        let places = Arc::new(Semaphore::new(max_workers.min(Semaphore::MAX_PERMITS)));
        let snapshots = Arc::new(Store::new(starter.launchers().snapshots().to_owned()));
        Self {
            grove: Arc::new(Grove::new(Arc::clone(&starter), zygote_memory)),
            starter,
            freezer: Arc::new(freezer),
            snapshots,
            functions: RwLock::default(),
            places,
            returned: Notify::new(),
            lacking: Notify::new(),
            in_flight: AtomicUsize::new(0),
        }
    }

    pub(super) fn add(&self, function: Registered) {
        let mut functions = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        functions.insert(function.id.number, Arc::new(function));
    }

    pub(super) fn find(&self, number: u64) -> Option<Arc<Registered>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    pub(super) fn remove(&self, number: u64) -> Option<Arc<Registered>> {
        self.functions.write().unwrap_or_else(PoisonError::into_inner).remove(&number)
    }

    pub(super) fn all(&self) -> Vec<Arc<Registered>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// An instance for one request: an idle one, else a frozen one, else one from the nearest tier, else the next that
    /// comes free.
    ///
    /// Fails with `host.overloaded` where the deadline passes while waiting for a place, or where the request does not
    /// wait; with `function.timed_out` where the deadline passes during the start.
    pub(super) async fn lease(self: &Arc<Self>, function: &Arc<Registered>, request: &Request) -> Result<Lease> {
        let (begun, deadline) = (Instant::now(), request.deadline);
        let until = tokio::time::Instant::from_std(deadline.instant());
        let (slot, found) = if request.is_patient {
            let found = tokio::time::timeout_at(until, self.place(function)).await;
            found.unwrap_or_else(|_| Err(overloaded("no worker came free before the deadline")))?
        } else {
            self.place_now(function)?
        };
        let queue_us = since(begun);
        let (waiting, tier) = match found {
            Found::Idle(waiting) => (waiting, Tier::Warm),
            Found::Frozen(frozen) => {
                let span = tracing::info_span!("start", function = %function.id);
                let start = self.thaw_or_start(function, frozen, deadline).instrument(span);
                let waiting = tokio::time::timeout_at(until, start).await.unwrap_or_else(|_| Err(late()))?;
                let tier = waiting.worker.tier();
                (waiting, tier)
            }
            Found::Place(place, stem) => {
                let span = tracing::info_span!("start", function = %function.id);
                let started =
                    tokio::time::timeout_at(until, self.instance(function, stem, Some(deadline)).instrument(span))
                        .await;
                let worker = started.unwrap_or_else(|_| Err(late()))?;
                let tier = worker.tier();
                (Waiting { worker, place, since: begun }, tier)
            }
        };
        function.tally.served(tier);
        let started = if tier == Tier::Warm { Timings::default() } else { waiting.worker.timings() };
        let timings = Timings { queue_us, ready_us: since(begun), ..started };
        Ok(Lease::new(Arc::clone(self), Arc::clone(function), waiting, slot, tier, timings))
    }

    async fn place(&self, function: &Registered) -> Result<(OwnedSemaphorePermit, Found)> {
        let slot = Arc::clone(&function.slots).acquire_owned().await.map_err(|_| self.turned_away())?;
        loop {
            // Registered before the look, so that nothing can come back unnoticed between look and wait. One
            // notice for one instance is enough: whoever gets it can use the instance, its own or in its place.
            let mut returned = pin!(self.returned.notified());
            returned.as_mut().enable();
            if let Some(found) = self.look(function) {
                return Ok((slot, found));
            }
            tokio::select! {
                () = returned => {}
                place = Arc::clone(&self.places).acquire_owned() => {
                    return Ok((slot, Found::Place(place.map_err(|_| stopped())?, None)));
                }
            }
        }
    }

    /// The same for a request that does not wait.
    fn place_now(&self, function: &Registered) -> Result<(OwnedSemaphorePermit, Found)> {
        if function.slots.is_closed() {
            return Err(self.turned_away());
        }
        let found = function.free_slot().and_then(|slot| Some((slot, self.look(function)?)));
        found.ok_or_else(|| overloaded("no worker is free"))
    }

    /// What there is for a request without waiting.
    fn look(&self, function: &Registered) -> Option<Found> {
        if let Some(waiting) = function.take_idle() {
            return Some(Found::Idle(waiting));
        }
        if let Some(frozen) = function.take_frozen() {
            return Some(Found::Frozen(frozen));
        }
        let stem = || function.take_stem().map(|Waiting { worker, place, .. }| Found::Place(place, Some(worker)));
        let place = || self.free_place().or_else(|| self.make_room()).map(|place| Found::Place(place, None));
        // A fork and a restore are nearer than a stem, but a stem has its place already.
        if function.has_nearer_than_stem() { place().or_else(stem) } else { stem().or_else(place) }
    }

    /// A place that nobody has.
    pub(super) fn free_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// The place of the instance that has been idle longest, frozen or not, or else of the oldest stem, which is ended
    /// for it.
    pub(super) fn make_room(&self) -> Option<OwnedSemaphorePermit> {
        let (idle, frozen) = (self.oldest(Registered::idle), self.oldest(Registered::frozen));
        let frozen_first = frozen.is_some_and(|frozen| idle.is_none_or(|idle| frozen < idle));
        let frozen = frozen_first.then(|| self.end_oldest(Registered::frozen, has_surplus)).flatten();
        frozen
            .or_else(|| self.end_oldest(Registered::idle, has_surplus))
            .or_else(|| self.end_oldest(Registered::frozen, has_surplus))
            .or_else(|| self.end_oldest(Registered::stems, |_| true))
    }

    /// Since when the one that has waited longest has, of those that are not held.
    fn oldest<W>(&self, of: fn(&Registered) -> MutexGuard<'_, Vec<Waiting<W>>>) -> Option<Instant> {
        let ending = self.all().into_iter().filter(|function| has_surplus(function));
        ending.filter_map(|function| of(&function).first().map(|waiting| waiting.since)).min()
    }

    fn end_oldest<W: AsRef<Worker>>(
        &self,
        of: fn(&Registered) -> MutexGuard<'_, Vec<Waiting<W>>>,
        may_end: fn(&Registered) -> bool,
    ) -> Option<OwnedSemaphorePermit> {
        loop {
            let oldest = |function: &Arc<Registered>| of(function).first().map(|waiting| waiting.since);
            let ending = self.all().into_iter().filter(|it| may_end(it) && oldest(it).is_some());
            let function = ending.min_by_key(|it| oldest(it))?;
            let mut waiting = of(&function);
            if waiting.is_empty() {
                // It was taken meanwhile; another function may have one.
                continue;
            }
            let Waiting { worker, place, .. } = waiting.remove(0);
            drop(waiting);
            tracing::debug!(function = %function.id, pid = worker.as_ref().pid(), "an idle worker makes room");
            return Some(place);
        }
    }

    /// A new instance from the nearest tier; a zygote that fails is told of once and the next tier serves. `deadline`: of
    /// the request that waits for it.
    pub(super) async fn instance(
        &self,
        function: &Registered,
        stem: Option<Worker>,
        deadline: Option<Deadline>,
    ) -> Result<Worker> {
        let for_event = deadline.is_some();
        if let Some(mut stem) = stem {
            stem.forget_start();
            return specialize(stem, function, Tier::Stem, for_event).await;
        }
        if let Some(zygote) = function.zygote() {
            let forked = zygote.take().instrument(tracing::debug_span!("fork")).await;
            if forked.is_err() {
                function.tally.failed(Tier::Zygote);
            }
            match forked {
                Ok(worker) => return specialize(worker, function, Tier::Zygote, for_event).await,
                Err(error) if error.code() == Code::ZygoteThreadAlive || !zygote.is_alive() => {
                    tracing::warn!(function = %function.id, "the zygote is given up, instances start cold: {error}");
                    function.give_up(&zygote);
                }
                Err(error) => {
                    tracing::warn!(function = %function.id, "an instance starts cold, since a fork failed: {error}");
                }
            }
        }
        if let Some(worker) = self.grove.fork(function).instrument(tracing::debug_span!("fork")).await {
            return specialize(worker, function, Tier::Zygote, for_event).await;
        }
        if let Some(worker) = self.restored(function, deadline).await {
            return Ok(worker);
        }
        let worker = self.starter.stem(&function.plan, false).await?;
        let worker = specialize(worker, function, Tier::Cold, for_event).await?;
        if function.plan.image.is_some() && worker.tier() == Tier::Cold {
            function.tally.failed(Tier::Image);
        }
        Ok(worker)
    }

    /// A worker without a function, for later.
    pub(super) async fn add_stem(&self, function: &Registered) -> Result<()> {
        let place = self.free_place().ok_or_else(full)?;
        let worker = self.starter.stem(&function.plan, true).await?;
        if self.is_closed() {
            return Err(stopped());
        }
        if function.keep_stem(Waiting { worker, place, since: Instant::now() }) {
            self.returned.notify_one();
        }
        Ok(())
    }

    /// An instance for later, with its prewarm hooks run.
    pub(super) async fn add_idle(&self, function: &Registered) -> Result<()> {
        let waiting = self.prewarmed(function).await?;
        self.take_back(function, waiting);
        Ok(())
    }

    /// The same, without keeping it.
    pub(super) async fn prewarmed(&self, function: &Registered) -> Result<Waiting> {
        if !function.has_room() {
            return Err(full());
        }
        let place = self.free_place().ok_or_else(full)?;
        let mut worker = self.instance(function, None, None).await?;
        // Those of a restored one ran before the snapshot was taken.
        if worker.tier() != Tier::Snapshot {
            worker.run_hooks(&function.plan.name, Kind::Prewarm).await?;
        }
        Ok(Waiting { worker, place, since: Instant::now() })
    }

    /// Takes an instance back, and tells one of those who wait.
    pub(super) fn take_back(&self, function: &Registered, waiting: Waiting) {
        if waiting.worker.is_usable() && !self.is_closed() && function.keep_idle(waiting) {
            self.returned.notify_one();
        } else if function.hold.wanted() > 0 {
            self.lacking.notify_one();
        }
    }

    /// Ends instances that died, and those beyond what a function is to have that have been idle for too long.
    pub(super) fn tidy(&self, idle_timeout: Duration) {
        for function in self.all() {
            function.idle().retain(|waiting| !waiting.worker.is_dead());
            function.frozen().retain(|waiting| !waiting.worker.as_ref().is_dead());
            function.stems().retain(|waiting| !waiting.worker.is_dead());
            let mut surplus = function.surplus();
            let mut may_go = |since: Instant| {
                let goes = surplus > 0 && since.elapsed() >= idle_timeout;
                surplus -= usize::from(goes);
                goes
            };
            function.idle().retain(|waiting| !may_go(waiting.since));
            function.frozen().retain(|waiting| !may_go(waiting.since));
        }
        self.grove.tidy();
    }

    /// Whether no request gets an instance any more.
    pub(super) fn is_closed(&self) -> bool {
        self.places.is_closed()
    }

    /// Why a request that waited for its turn does not get it.
    fn turned_away(&self) -> Error {
        if self.is_closed() { stopped() } else { unregistered() }
    }

    /// No request gets an instance from now on.
    pub(super) fn close(&self) {
        self.places.close();
        self.all().iter().for_each(|function| function.slots.close());
    }
}

enum Found {
    /// An instance.
    Idle(Waiting),
    /// An instance that has to be thawed.
    Frozen(Waiting<Frozen>),
    /// A place for one, and the stem that stands in it already.
    Place(OwnedSemaphorePermit, Option<Worker>),
}

async fn specialize(mut worker: Worker, function: &Registered, tier: Tier, for_event: bool) -> Result<Worker> {
    worker.specialize(&function.plan, tier, for_event).instrument(tracing::debug_span!("specialize", %tier)).await?;
    Ok(worker)
}

pub(super) fn stopped() -> Error {
    Error::new(Code::HostStopped, "serve the request", "the host was stopped")
}

fn unregistered() -> Error {
    Error::new(Code::FunctionNotRegistered, "serve the request", "the function was unregistered meanwhile")
}

fn has_surplus(function: &Registered) -> bool {
    function.surplus() > 0
}

fn overloaded(why: &str) -> Error {
    Error::new(Code::HostOverloaded, "serve the request", why)
}

fn late() -> Error {
    Error::new(Code::TimedOut, "serve the request", "the deadline passed while the instance was being started")
        .with("phase", "start")
}

pub(super) fn full() -> Error {
    Error::new(Code::HostOverloaded, "prewarm", "every place for a worker is taken")
}

/// Counts up while it lives.
pub(super) struct Count<'a>(&'a AtomicUsize);

impl<'a> Count<'a> {
    pub(super) fn up(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::AcqRel);
        Self(counter)
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
