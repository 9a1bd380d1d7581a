//! The host itself: register, prewarm, invoke, stop.

use super::builder::HostBuilder;
use super::deadline::Deadline;
use super::freezing::bring_pages;
use super::function::{Function, FunctionId};
use super::grove::ZygoteReport;
#[cfg(feature = "analyzer")]
use super::grove::{self, BareCosts};
use super::kept::{self, SWEEP_EVERY};
use super::pool::{Count, Pool, stopped};
use super::prewarm::Prewarm;
use super::registered::Registered;
use super::report::{FunctionReport, HoldReport, SnapshotReport, WorkerReport};
use super::request::{Reply, Request};
use crate::error::{Code, Error, Result};
use crate::instance::{Frozen, Interpreter, Launchers, Search, Starter, Tier, Worker};
use crate::prewarm::ZygotePlan;
use crate::sys::freeze::Freezer;
#[cfg(feature = "analyzer")]
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tracing::Instrument;

/// How often idle instances are looked at.
const TIDY_EVERY: Duration = Duration::from_millis(500);

/// How long the host's end waits until the kernel has taken killed workers apart, so that their cgroups can be removed.
const REMOVED_WITHIN: Duration = Duration::from_millis(300);

/// Numbers that no two functions of a process share, whichever host they belong to.
static NEXT_FUNCTION: AtomicU64 = AtomicU64::new(1);

/// Owns workers and passes them events. Cheap to share by reference or in an `Arc`; every method takes `&self`.
///
/// Dropped, it kills its workers; [`Host::stop`] ends them in order.
#[derive(Debug)]
pub struct Host {
    pool: Arc<Pool>,
    settings: HostBuilder,
    /// Becomes true when requests in flight are to be given up.
    given_up: watch::Sender<bool>,
    tidying: JoinHandle<()>,
}

impl Host {
    /// A host with every setting at its default, to be changed before [`HostBuilder::build`].
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    pub(super) fn new(settings: HostBuilder, starter: Starter) -> Self {
        let freezer = if settings.freezes_by_signals { Freezer::by_signals() } else { Freezer::new() };
        let pool = Arc::new(Pool::new(starter, freezer, settings.max_workers, settings.zygote_memory));
        let tidying = tokio::spawn(tidy(Arc::clone(&pool), settings.clone()));
        Self { pool, settings, given_up: watch::Sender::new(false), tidying }
    }

    /// Makes a function known: its package and entry are checked and its interpreter is found; nothing is
    /// started.
    ///
    /// Fails with `function.not_found`, `function.entry_invalid`, `runtime.*`, `preload.set_invalid`,
    /// `config.missing`.
    pub async fn register(&self, function: Function) -> Result<FunctionId> {
        let number = NEXT_FUNCTION.fetch_add(1, Ordering::Relaxed);
        let native = (self.settings.native_launcher.as_deref(), &self.settings.native_arguments[..]);
        let launchers = self.pool.starter.launchers();
        let registered = Registered::check(number, function, self.settings.max_workers, native, launchers).await?;
        let id = registered.id.clone();
        self.pool.grove.prepare(&registered).await;
        self.pool.add(registered);
        Ok(id)
    }

    /// Starts trees of zygotes in place of those that there were, and returns when they are there. From then on an
    /// instance of a Python function that has neither a zygote nor a stem of its own is forked from the deepest zygote
    /// of the tree that the plan names for it, as far as that fits: `docs/concepts/zygote-trees.md` says when. A zygote
    /// that cannot be had is told of, and those above it serve.
    ///
    /// Fails with `config.invalid` where the plan cannot be followed, and with `host.stopped`.
    pub async fn plant(&self, plan: ZygotePlan) -> Result<()> {
        let mut given_up = self.given_up.subscribe();
        tokio::select! {
            outcome = self.pool.grove.plant(plan) => outcome?,
            _ = given_up.wait_for(|given_up| *given_up) => return Err(stopped()),
        }
        for function in self.pool.all() {
            self.pool.grove.prepare(&function).await;
        }
        Ok(())
    }

    /// What an interpreter and its zygotes cost before they import anything.
    #[cfg(feature = "analyzer")]
    pub(crate) async fn bare_costs(
        &self,
        interpreter: &Interpreter,
        environment: &BTreeMap<String, String>,
    ) -> Result<BareCosts> {
        grove::measure(&self.pool.starter, interpreter, environment).await
    }

    /// The zygotes of the trees, as they are now.
    pub fn zygotes(&self) -> Vec<ZygoteReport> {
        self.pool.grove.report()
    }

    /// The interpreter that a function of this runtime would get: `python3.12`, `nodejs`, `native`.
    ///
    /// Fails with `runtime.*`.
    pub async fn interpreter(&self, runtime: &str) -> Result<Interpreter> {
        let native_launcher = self.settings.native_launcher.as_deref();
        let search = Search { runtime: runtime.parse()?, named: None, package: Path::new(""), native_launcher };
        Interpreter::find(search, self.pool.starter.launchers()).await
    }

    /// What the host has laid out for workers.
    #[cfg(feature = "analyzer")]
    pub(crate) fn launchers(&self) -> &Launchers {
        self.pool.starter.launchers()
    }

    /// Forgets a function and ends its idle workers. Requests that run go on; those that wait for their turn
    /// fail with `function.not_registered`.
    pub fn unregister(&self, function: &FunctionId) {
        self.pool.grove.forget(function.number);
        if let Some(function) = self.pool.remove(function.number) {
            function.slots.close();
            drain(&function);
        }
    }

    /// Ends the idle and frozen instances, stems and zygote of a function and lets go of its snapshot; the next request
    /// starts cold.
    ///
    /// Fails with `function.not_registered`.
    pub fn drain(&self, function: &FunctionId) -> Result<()> {
        self.find(function).map(|function| drain(&function))
    }

    /// Ends the idle and frozen instances of a function; its stems, its zygote and its snapshot stay.
    ///
    /// Fails with `function.not_registered`.
    pub fn retire(&self, function: &FunctionId) -> Result<()> {
        self.find(function).map(|function| retire(&function))
    }

    /// Has workers ready before requests come; returns when they are.
    ///
    /// Fails with `function.not_registered`, with `host.overloaded` where there is no place for them, with
    /// `zygote.*` where the runtime or the preload set does not allow a fork, with `snapshot.*` where the machine or what
    /// the function has open does not allow a snapshot, and with what starting them
    /// failed with. The function can be invoked all the same.
    pub async fn prewarm(&self, function: &FunctionId, prewarm: Prewarm) -> Result<()> {
        let registered = self.find(function)?;
        let span = tracing::info_span!("prewarm", %function, tier = %prewarm.tier);
        if self.pool.is_closed() {
            return Err(about(stopped(), "prewarm", function));
        }
        let work = async {
            match prewarm.tier {
                tier if !is_possible(&registered, tier) => Err(without_a_launcher(&registered, tier)),
                Tier::Zygote => self.zygote(&registered, prewarm.spare).await,
                Tier::Frozen if prewarm.brings => {
                    bring_pages(&registered, prewarm.count).await;
                    Ok(())
                }
                Tier::Frozen => {
                    while registered.live_frozen() < prewarm.count {
                        self.pool.add_frozen(&registered, prewarm.level).await?;
                    }
                    Ok(())
                }
                Tier::Snapshot => self.pool.add_snapshot(&registered, self.settings.criu.clone()).await,
                Tier::Stem => {
                    while registered.stems().len() < prewarm.count {
                        self.pool.add_stem(&registered).await?;
                    }
                    Ok(())
                }
                _ => {
                    while registered.idle().len() < prewarm.count {
                        self.pool.add_idle(&registered).await?;
                    }
                    Ok(())
                }
            }
        };
        let mut given_up = self.given_up.subscribe();
        let outcome = tokio::select! {
            outcome = work.instrument(span) => outcome,
            _ = given_up.wait_for(|given_up| *given_up) => Err(stopped()),
        };
        outcome.map_err(|error| about(error, "prewarm", function))
    }

    /// Starts the zygote, and forks once to see that it can.
    async fn zygote(&self, function: &Registered, spare: bool) -> Result<()> {
        let zygote = match function.zygote() {
            Some(zygote) => zygote,
            None => Arc::new(self.pool.starter.zygote(&function.plan).await?),
        };
        zygote.keep_spare(spare);
        if spare {
            zygote.refill().await?;
        } else {
            drop(zygote.take().await?);
        }
        if self.pool.is_closed() {
            return Err(stopped());
        }
        function.set_zygote(Some(zygote));
        Ok(())
    }

    /// Has so many instances of a function at any time, idle, frozen or in use: they are started in the background, and
    /// again where one ends; none of them is ended for having been idle or to make room. 0 lets go of them.
    /// [`FunctionReport::hold`] tells how far it is.
    ///
    /// Fails with `function.not_registered`, and with `host.overloaded` where the function may not have so many.
    pub fn hold(&self, function: &FunctionId, count: usize) -> Result<()> {
        let registered = self.find(function)?;
        if !registered.may_have(count) {
            let text = "the function may not have so many instances";
            return Err(about(Error::new(Code::HostOverloaded, "", text), "hold instances of", function));
        }
        registered.hold.set(count);
        self.pool.lacking.notify_one();
        Ok(())
    }

    /// Hands a function an event and waits for its answer.
    ///
    /// Fails with the code of what went wrong, `function.*`, `payload.*`, `worker.*`; with `host.overloaded`
    /// where no worker came free before the deadline, and with `host.stopped`. What the function wrote is on
    /// the error. Dropping the future ends the instance that the request was given.
    pub async fn invoke(
        &self,
        function: &FunctionId,
        event: impl Into<Vec<u8>>,
        deadline: impl Into<Deadline>,
    ) -> Result<Reply> {
        self.invoke_request(function, Request::new(event).deadline(deadline)).await
    }

    /// Hands a function an event with a context; otherwise as [`Host::invoke`].
    pub async fn invoke_request(&self, function: &FunctionId, request: Request) -> Result<Reply> {
        let registered = self.find(function)?;
        let most = self.pool.starter.settings().limits.max_payload();
        if request.payload.len() > most as usize {
            let text = format!("the event has {} bytes, the limit is {most}", request.payload.len());
            return Err(about(Error::new(Code::PayloadTooLarge, "", text), "invoke", function));
        }
        if request.deadline.remaining().is_zero() {
            let error = Error::new(Code::TimedOut, "", "the deadline had passed before the request was made");
            return Err(about(error, "invoke", function));
        }
        let _in_flight = (Count::up(&registered.in_flight), Count::up(&self.pool.in_flight));
        let span = tracing::info_span!("request", %function);
        let mut given_up = self.given_up.subscribe();
        let outcome = tokio::select! {
            outcome = self.handle(&registered, &request).instrument(span) => outcome,
            _ = given_up.wait_for(|given_up| *given_up) => Err(stopped()),
        };
        outcome.map_err(|error| about(error, "invoke", function))
    }

    async fn handle(&self, function: &Arc<Registered>, request: &Request) -> Result<Reply> {
        let lease = self.pool.lease(function, request).await?;
        lease.invoke(request).instrument(tracing::debug_span!("invoke")).await
    }

    /// What the host holds for a function now.
    ///
    /// Fails with `function.not_registered`.
    pub fn report(&self, function: &FunctionId) -> Result<FunctionReport> {
        let function = self.find(function)?;
        let known = |worker: &Worker| (worker.pid(), worker.tier(), worker.timings());
        let idle: Vec<_> = function.idle().iter().map(|it| known(&it.worker)).collect();
        let frozen: Vec<_> = function.frozen().iter().map(|it| known(it.worker.as_ref())).collect();
        let busy = function.busy().clone();
        let stems: Vec<_> = function.stems().iter().map(|it| (it.worker.pid(), it.worker.tier())).collect();
        let read =
            |workers: Vec<(u32, Tier)>| workers.into_iter().map(|(pid, tier)| WorkerReport::of(pid, tier)).collect();
        Ok(FunctionReport {
            name: function.id.name().to_owned(),
            language: function.plan.language.name(),
            interpreter: function.plan.interpreter.clone(),
            package: function.plan.package.clone(),
            entry: function.plan.entry.clone(),
            environment: function.plan.environment.clone(),
            idle: idle.into_iter().map(WorkerReport::of_instance).collect(),
            busy: busy.into_iter().map(WorkerReport::of_instance).collect(),
            frozen: frozen.into_iter().map(WorkerReport::of_instance).collect(),
            stems: read(stems),
            spare: function
                .zygote()
                .and_then(|zygote| zygote.spare_pid())
                .map(|pid| WorkerReport::of(pid, Tier::Zygote)),
            zygote: function.zygote().map(|zygote| WorkerReport::of(zygote.pid(), Tier::Zygote)),
            tiers: function.tally.read(),
            snapshot: function.snapshot().map(|snapshot| SnapshotReport {
                directory: snapshot.directory().to_owned(),
                bytes: snapshot.bytes(),
                restores: snapshot.restores(),
            }),
            in_flight: function.in_flight.load(Ordering::Acquire),
            hold: held(&function),
        })
    }

    /// How many instances of a function are held ready now; a part of [`Host::report`] for which nothing is read of the
    /// kernel.
    ///
    /// Fails with `function.not_registered`.
    pub fn held(&self, function: &FunctionId) -> Result<HoldReport> {
        self.find(function).map(|function| held(&function))
    }

    /// Stops the host: no new request is taken; those in flight have `grace` to end and are then given up with
    /// `host.stopped`; idle and frozen instances run their `shutdown` hooks within the same time, frozen ones after a
    /// thaw.
    pub async fn stop(&self, grace: Duration) {
        let until = tokio::time::Instant::from_std(Deadline::after(grace).instant());
        self.pool.close();
        let quiet = async {
            while self.pool.in_flight.load(Ordering::Acquire) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // Whoever has not ended by then is given up below.
        let _ = tokio::time::timeout_at(until, quiet).await;
        self.given_up.send_replace(true);
        self.tidying.abort();
        let mut ending = JoinSet::new();
        let left = until.saturating_duration_since(tokio::time::Instant::now()).max(Duration::from_millis(50));
        for function in self.pool.all() {
            let idle: Vec<_> = function.idle().drain(..).collect();
            for waiting in idle {
                ending.spawn(waiting.worker.shut_down(left));
            }
            let frozen: Vec<_> = function.frozen().drain(..).collect();
            for waiting in frozen {
                ending.spawn(thaw_and_shut_down(waiting.worker, function.id.name().to_owned(), left));
            }
            drain(&function);
        }
        self.pool.grove.close();
        while ending.join_next().await.is_some() {}
        let removed = async {
            while self.pool.freezer.has_groups() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        // What is left then is swept by a later host.
        let _ = tokio::time::timeout(REMOVED_WITHIN, removed).await;
    }

    fn find(&self, function: &FunctionId) -> Result<Arc<Registered>> {
        self.pool.find(function.number).ok_or_else(|| {
            Error::new(Code::FunctionNotRegistered, format!("find {function}"), "this host does not know it")
        })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.pool.close();
        self.tidying.abort();
        self.pool.grove.close();
        self.pool.all().iter().for_each(|function| drain(function));
        self.pool.freezer.wait_removed(REMOVED_WITHIN);
    }
}

/// Starts what functions lack, ends what was idle for too long and freezes what was idle for long enough; what is being started or frozen ends with
/// this.
async fn tidy(pool: Arc<Pool>, settings: HostBuilder) {
    let every = settings.freeze_after.map_or(TIDY_EVERY, |after| TIDY_EVERY.min(after / 2)).max(TIDY_EVERY / 50);
    let (mut ticks, mut sweeps) = (tokio::time::interval(every), tokio::time::interval(SWEEP_EVERY));
    let (mut freezing, mut filling) = (JoinSet::new(), JoinSet::new());
    loop {
        tokio::select! {
            _ = ticks.tick() => pool.tidy(settings.idle_timeout),
            _ = sweeps.tick() => sweep_in_background(pool.starter.launchers(), settings.disk_budget),
            () = pool.lacking.notified() => {}
            Some(_) = freezing.join_next() => {}
            Some(_) = filling.join_next() => {}
        }
        pool.fill(&mut filling);
        if let Some(after) = settings.freeze_after.filter(|_| !pool.is_closed()) {
            pool.freeze_idle(after, settings.freeze_level, &mut freezing);
        }
    }
}

fn sweep_in_background(launchers: &Launchers, most: u64) {
    let (snapshots, images) = (launchers.snapshots().to_owned(), launchers.images().to_owned());
    tokio::task::spawn_blocking(move || kept::sweep(&snapshots, &images, most));
}

async fn thaw_and_shut_down(frozen: Frozen, function: String, within: Duration) {
    let begun = Instant::now();
    match frozen.thaw(&function, within / 2).await {
        Ok(worker) => worker.shut_down(within.saturating_sub(begun.elapsed())).await,
        Err(error) => tracing::warn!(function, "a frozen instance ends without its shutdown hooks: {error}"),
    }
}

fn drain(function: &Registered) {
    retire(function);
    function.stems().clear();
    function.set_zygote(None);
    function.set_snapshot(None);
}

fn retire(function: &Registered) {
    function.idle().clear();
    function.frozen().clear();
}

fn held(function: &Registered) -> HoldReport {
    HoldReport { wanted: function.hold.wanted(), present: function.present(), failure: function.hold.failure() }
}

/// Whether workers of this function can serve from a tier as far as their protocol goes.
fn is_possible(function: &Registered, tier: Tier) -> bool {
    function.plan.foreign.as_ref().is_none_or(|foreign| match tier {
        Tier::Zygote => false,
        Tier::Snapshot => foreign.protocol.has_snapshots(),
        _ => true,
    })
}

/// Why a function whose workers speak another protocol has no instance of this tier.
fn without_a_launcher(function: &Registered, tier: Tier) -> Error {
    let code = if tier == Tier::Zygote { Code::ZygoteNotSupported } else { Code::SnapshotRefused };
    let protocol = function.plan.foreign.as_ref().map_or("", |foreign| foreign.protocol.name());
    Error::new(code, "prewarm", format!("its workers speak the protocol {protocol:?}, which has no word for it")).hint(
        "use Prewarm::stem, Prewarm::warm or Prewarm::frozen; a setting may allow snapshots: RuntimeApi::snap_start",
    )
}

fn about(error: Error, what: &str, function: &FunctionId) -> Error {
    error.during(format!("{what} {function}"))
}
