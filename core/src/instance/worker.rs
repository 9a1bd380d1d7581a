//! One worker: specialized, invoked, shut down.

use super::exchange::{Bound, Exchange};
use super::frozen::Hold;
use super::image::ImageUse;
use super::output::Capture;
use super::pieces::Pieces;
use super::process::Process;
use super::starter::{Plan, Settings};
use super::tier::Tier;
use super::timings::Timings;
use crate::bootstrap::message::{self, BeforeSnapshot, Empty, Park, Ready, Shutdown, Specialize, Wake, WorkerLimits};
use crate::bootstrap::{Invocation, Kind, State};
use crate::error::{Code, Error, Output, Result};
use crate::sys::{clock, process};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

/// One event and what belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) payload: &'a [u8],
    /// A JSON object, or nothing.
    pub(crate) context: &'a [u8],
    pub(crate) deadline: Instant,
    /// What is written until nothing was for this long still belongs to the event.
    pub(crate) settle: Duration,
    /// To whom the result goes as it comes, but for its end.
    pub(crate) reader: Option<&'a Sender<Vec<u8>>>,
}

/// A worker's process with everything that belongs to it; dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Worker {
    exchange: Exchange,
    settings: Settings,
    tier: Tier,
    timings: Timings,
    image: ImageUse,
    /// What it wrote before its first request.
    started: Option<Output>,
    alive: Arc<AtomicBool>,
    attendant: JoinHandle<()>,
    /// Since its first freeze.
    pub(super) hold: Option<Hold>,
    /// Of the restore that it comes from; 0 where it comes from none.
    epoch: u64,
}

impl Worker {
    /// Takes charge of a worker in state `stem`.
    pub(super) fn new(exchange: Exchange, settings: Settings, timings: Timings, image: ImageUse) -> Self {
        let alive = Arc::new(AtomicBool::new(true));
        let attendant =
            tokio::spawn(attend(Arc::clone(&exchange.capture), Arc::clone(&exchange.process), Arc::clone(&alive)));
        let (tier, started, hold, epoch) = (Tier::Stem, None, None, 0);
        Self { exchange, settings, tier, timings, image, started, alive, attendant, hold, epoch }
    }

    /// Takes charge of a restored worker, which is stopped.
    pub(super) fn restored(exchange: Exchange, settings: Settings, timings: Timings, epoch: u64) -> Self {
        let mut worker = Self::new(exchange, settings, timings, ImageUse::default());
        (worker.tier, worker.started, worker.epoch) = (Tier::Snapshot, Some(Output::default()), epoch);
        worker
    }

    /// Lets the timings count from now on: what came before was not paid for by the request.
    pub(crate) fn forget_start(&mut self) {
        self.timings = Timings::default();
    }

    /// The same, for a worker that now serves from another tier.
    pub(super) fn begin_again(&mut self, tier: Tier) {
        self.forget_start();
        self.tier = tier;
    }

    /// Gives the worker its function; `invoke_follows`: an event is handed to it at once. After an error it is of no
    /// more use.
    pub(crate) async fn specialize(&mut self, plan: &Plan, tier: Tier, invoke_follows: bool) -> Result<()> {
        let body = Specialize {
            function: plan.name.clone(),
            path: plan.package.display().to_string(),
            entry: plan.entry.clone(),
            environment: Some(plan.environment.clone()),
            limits: WorkerLimits { memory: plan.memory_limit },
            image: self.image.order(),
            invoke_follows,
        };
        let bound = Bound { timeout: plan.init_timeout, code: Code::WorkerInitTimedOut, phase: "import" };
        let asked = self.exchange.ask::<Ready>(Kind::Specialize, &body, bound).await;
        let ready = asked.map_err(|error| error.wrote(self.exchange.capture.take()))?;
        let is_from_image = ready.image || self.image.is_used_anyway();
        self.tier = if is_from_image && tier == Tier::Cold { Tier::Image } else { tier };
        self.timings.import_us = ready.timings_us.import;
        self.timings.hooks_us = ready.timings_us.hooks;
        self.started = Some(self.exchange.capture.take());
        for warning in &ready.warnings {
            tracing::warn!(function = %plan.name, "{warning}");
        }
        self.image.settle(plan, ready.image);
        report_hooks(&plan.name, &ready);
        Ok(())
    }

    /// Hands the function one event. After an error with [`Worker::is_usable`] false it is of no more use.
    pub(crate) async fn invoke(&mut self, call: Call<'_>) -> Result<(Vec<u8>, Output)> {
        let budget = call.deadline.saturating_duration_since(Instant::now());
        let invocation = Invocation { budget_us: micros(budget).max(1), context: call.context, payload: call.payload };
        let bound = Bound { timeout: budget, code: Code::TimedOut, phase: "invoke" };
        let prefix = invocation.prefix()?;
        self.leave_behind();
        let mut pieces = Pieces::new(call.reader.cloned());
        let body = [&prefix[..], call.context, call.payload];
        let answered = self.exchange.exchange_pieces(Kind::Invoke, &body, bound, &mut pieces).await;
        let pid = self.pid();
        self.hold.as_mut().into_iter().for_each(|hold| hold.note_needed(pid));
        let output = self.exchange.capture.take_settled(call.settle).await;
        match answered {
            Ok(frame) => match pieces.finish(frame.body, self.settings.limits.max_payload()) {
                Ok(result) => Ok((result, output)),
                Err(error) => Err(error.wrote(output)),
            },
            Err(error) => Err(error.wrote(output)),
        }
    }

    /// What was written since the last reply belongs to no request; it is told to whoever listens.
    fn leave_behind(&self) {
        let output = self.exchange.capture.take();
        if !output.is_empty() {
            let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            tracing::info!(target: "headstart::output", pid = self.pid(), %stdout, %stderr, "written between requests");
        }
    }

    /// Runs the hooks of one kind; those that raise are told of and leave the worker usable.
    pub(crate) async fn run_hooks(&mut self, function: &str, kind: Kind) -> Result<()> {
        let bound = Bound { timeout: self.settings.hook_timeout, code: Code::HookTimedOut, phase: "hook" };
        let ready: Ready = self.exchange.ask(kind, &Empty {}, bound).await?;
        self.hooks_have_run(function, &ready);
        Ok(())
    }

    /// Lets a stopped worker go on, by `go_on`, and runs the hooks that it is told to.
    pub(super) async fn wake(
        &mut self,
        function: &str,
        kind: Kind,
        within: Duration,
        go_on: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let timeout = within.min(self.settings.hook_timeout);
        let bound = Bound { timeout, code: Code::HookTimedOut, phase: "hook" };
        let body = Wake { wall_clock_ns: clock::wall_clock_ns(), epoch: self.epoch };
        let ready: Ready = self.exchange.ask_then(kind, &body, bound, go_on).await?;
        self.hooks_have_run(function, &ready);
        Ok(())
    }

    /// Runs the `before_snapshot` hooks and has the worker stop with `files` in place of what leads to this process; what
    /// it says of what it has open.
    pub(super) async fn park(&mut self, function: &str, files: Park) -> Result<Ready> {
        let timeout = self.settings.hook_timeout;
        let bound = Bound { timeout, code: Code::HookTimedOut, phase: "hook" };
        let body = BeforeSnapshot { park: Some(files) };
        let ready: Ready = self.exchange.ask(Kind::BeforeSnapshot, &body, bound).await?;
        self.hooks_have_run(function, &ready);
        let stopped = tokio::time::timeout(timeout, self.stopped()).await;
        stopped.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(|error| {
            Error::new(Code::SnapshotDumpFailed, "stop the instance", error.to_string()).caused_by(error)
        })?;
        Ok(ready)
    }

    async fn stopped(&self) -> io::Result<()> {
        while !process::is_stopped(self.pid())? {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// What the kernel calls the pipes of its standard output and standard error.
    pub(super) fn output_names(&self) -> io::Result<[String; 2]> {
        self.exchange.capture.names()
    }

    /// Its process, for as long as anyone needs it.
    pub(super) fn process(&self) -> &Arc<Process> {
        &self.exchange.process
    }

    fn hooks_have_run(&mut self, function: &str, ready: &Ready) {
        self.timings.hooks_us += ready.timings_us.hooks;
        report_hooks(function, ready);
        match &mut self.started {
            // What is written before the first request goes with its reply.
            Some(started) => started.append(self.exchange.capture.take()),
            None => self.leave_behind(),
        }
    }

    /// Ends the worker in an orderly way, and by force after `grace`.
    pub(crate) async fn shut_down(mut self, grace: Duration) {
        let body = message::encode(&Shutdown { grace_us: micros(grace) });
        let end = async {
            if self.exchange.connection.send(Kind::Shutdown, &[&body]).await.is_ok() {
                self.exchange.process.ended().await;
            }
        };
        // What has not ended by then is killed as the worker is dropped.
        let _ = tokio::time::timeout(grace, end).await;
        self.leave_behind();
    }

    /// Whether it can take another event, as far as is known without asking the kernel; [`Worker::is_quiet`]
    /// asks before the next event.
    pub(crate) fn is_usable(&self) -> bool {
        self.exchange.connection.state() == State::Idle && !self.is_dead()
    }

    /// Whether it is alive and has said nothing that it was not asked for.
    pub(crate) fn is_quiet(&self) -> bool {
        self.alive.load(Ordering::Acquire) && !self.exchange.connection.has_spoken()
    }

    /// Whether its process is known to have ended.
    pub(crate) fn is_dead(&self) -> bool {
        !self.alive.load(Ordering::Acquire)
    }

    /// How it came to be ready.
    pub(crate) fn tier(&self) -> Tier {
        self.tier
    }

    /// What its start took.
    pub(crate) fn timings(&self) -> Timings {
        self.timings
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.exchange.process.pid()
    }

    /// What it wrote before its first request; given once.
    pub(crate) fn take_started(&mut self) -> Option<Output> {
        self.started.take()
    }
}

impl AsRef<Worker> for Worker {
    fn as_ref(&self) -> &Worker {
        self
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.attendant.abort();
    }
}

/// Empties the worker's pipes, so that it never blocks on them while nobody asks, and notices its end.
async fn attend(capture: Arc<Capture>, process: Arc<Process>, alive: Arc<AtomicBool>) {
    let end = async {
        process.ended().await;
        alive.store(false, Ordering::Release);
    };
    tokio::join!(capture.follow(), end);
}

fn report_hooks(function: &str, ready: &Ready) {
    for failure in &ready.hooks_failed {
        let hook = failure.hook.as_deref().unwrap_or("?");
        tracing::warn!(function, hook, code = %failure.code, "hook: {}", failure.message);
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
