//! The host's side of a zygote: one task speaks with it, and gives each child to whoever asked.

use super::exchange::{Bound, Exchange};
use super::image::ImageUse;
use super::output::Capture;
use super::process::Process;
use super::starter::{Plan, Settings, report_ready, socket_pair};
use super::timings::{Timings, since};
use super::worker::Worker;
use crate::bootstrap::message::{self, Culprit, Exited, Fork, Forked, Preload, Ready, Refused};
use crate::bootstrap::transport::Connection;
use crate::bootstrap::{Frame, Kind, Role};
use crate::error::{Area, Code, Error, Result};
use crate::sys::process::Exit;
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// How long a zygote may take for one fork.
const FORK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long after the spare child was taken the next one is forked.
const REFILL_AFTER: Duration = Duration::from_millis(20);

/// A child that has just been forked, and who will know how it ended.
type Child = (u32, watch::Receiver<Option<Exit>>);

struct Order {
    fork: Fork,
    descriptors: [OwnedFd; 3],
    answer: oneshot::Sender<Result<Child>>,
}

/// A zygote of a tree, and what it said once it was ready.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) zygote: Arc<Zygote>,
    pub(crate) ready: Ready,
}

/// A running zygote; dropped, it is killed, and the spare child with it. Its other children live on.
#[derive(Debug)]
pub(crate) struct Zygote {
    plan: Arc<Plan>,
    orders: mpsc::Sender<Order>,
    process: Arc<Process>,
    settings: Settings,
    /// Forks that were asked for and are not done.
    waiting: AtomicUsize,
    /// Children that have not ended, as far as the zygote has told.
    living: watch::Receiver<usize>,
    /// A child that was forked in advance and has prepared itself.
    spare: Mutex<Option<Worker>>,
    keeps_spare: AtomicBool,
    is_refilling: AtomicBool,
}

impl Zygote {
    /// Takes charge of a worker in state `zygote`.
    pub(super) fn new(exchange: Exchange, settings: Settings, plan: Arc<Plan>) -> Self {
        let (orders, taken) = mpsc::channel(64);
        let process = Arc::clone(&exchange.process);
        let (count, living) = watch::channel(0);
        tokio::spawn(Driver { exchange, children: HashMap::new(), count }.run(taken));
        Self {
            plan,
            orders,
            process,
            settings,
            waiting: AtomicUsize::new(0),
            living,
            spare: Mutex::default(),
            keeps_spare: AtomicBool::new(false),
            is_refilling: AtomicBool::new(false),
        }
    }

    /// Says whether a spare child is forked whenever one was taken.
    pub(crate) fn keep_spare(&self, keep: bool) {
        self.keeps_spare.store(keep, Ordering::Release);
    }

    /// A worker in state `stem`: the spare one where there is one, else a new child.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Worker> {
        if self.keeps_spare.load(Ordering::Acquire) {
            self.refill_later();
        }
        let spare = self.spare().take().filter(Worker::is_quiet);
        match spare {
            Some(mut spare) => {
                spare.forget_start();
                Ok(spare)
            }
            None => self.fork(&self.plan, false).await,
        }
    }

    /// Forks the spare child, if there is none.
    pub(crate) async fn refill(&self) -> Result<()> {
        if self.spare().as_ref().is_none_or(Worker::is_dead) {
            let spare = self.fork(&self.plan, true).await?;
            *self.spare() = Some(spare);
        }
        Ok(())
    }

    /// The same, in the background, once the request that took the last one is likely over: forking takes a
    /// processor that it may need. Without a spare child, requests are served by forks of their own.
    fn refill_later(self: &Arc<Self>) {
        if self.is_refilling.swap(true, Ordering::AcqRel) {
            return;
        }
        let zygote = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(REFILL_AFTER).await;
            let Some(zygote) = zygote.upgrade() else { return };
            zygote.is_refilling.store(false, Ordering::Release);
            if let Err(error) = zygote.refill().await {
                tracing::debug!(pid = zygote.pid(), "there is no spare child: {error}");
            }
        });
    }

    /// The spare child's process.
    pub(crate) fn spare_pid(&self) -> Option<u32> {
        self.spare().as_ref().map(Worker::pid)
    }

    fn spare(&self) -> MutexGuard<'_, Option<Worker>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forks a worker in state `stem` for the function of a plan.
    pub(crate) async fn fork(&self, plan: &Plan, spare: bool) -> Result<Worker> {
        let begun = Instant::now();
        let exchange = self.child(Fork { spare, ..Fork::default() }).await?;
        if let Some(bytes) = plan.memory_limit {
            crate::sys::process::limit_memory(exchange.process.pid(), bytes).map_err(failed)?;
        }
        let timings = Timings { spawn_us: since(begun), ..Timings::default() };
        Ok(Worker::new(exchange, self.settings, timings, ImageUse::choose(plan, false)))
    }

    /// Forks a zygote that imports more than this one has; returns when it has. It lives on without this one.
    pub(crate) async fn branch(&self, preload: Preload) -> Result<Branch> {
        let preload = Some(Preload { tell: true, ..preload });
        let mut exchange = self.child(Fork { role: Role::Zygote, preload, spare: false }).await?;
        let timeout = self.settings.preload_timeout;
        let bound = Bound { timeout, code: Code::WorkerInitTimedOut, phase: "preload" };
        let ready = exchange.hear(bound).await.map_err(|error| error.wrote(exchange.capture.take()))?;
        report_ready(&self.plan.name, &ready);
        let zygote = Zygote::new(exchange, self.settings, Arc::clone(&self.plan));
        Ok(Branch { zygote: Arc::new(zygote), ready })
    }

    /// Forks; the connection with the child.
    async fn child(&self, fork: Fork) -> Result<Exchange> {
        let _waiting = Waits::on(&self.waiting);
        let role = fork.role;
        let (capture, ends) = Capture::new(self.settings.output)?;
        let (near, far) = socket_pair().map_err(failed)?;
        let (answer, answered) = oneshot::channel();
        let order = Order { fork, descriptors: [far, ends.stdout, ends.stderr], answer };
        self.orders.send(order).await.map_err(|_| gone())?;
        let (pid, exit) = answered.await.map_err(|_| gone())??;
        let process = Process::forked(pid, self.process.pid(), exit).map_err(failed)?;
        let connection = Connection::forked(near, role, self.settings.limits);
        Ok(Exchange { connection, process: Arc::new(process), capture: Arc::new(capture) })
    }

    /// How many forks were asked for and are not done.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// How many of its children have not ended, as far as it has told.
    pub(crate) fn living(&self) -> usize {
        *self.living.borrow()
    }

    /// Waits, but not for ever, until none of its children lives.
    pub(crate) async fn childless(&self, within: Duration) {
        let mut living = self.living.clone();
        // Who waits makes do with what there is then.
        let _ = tokio::time::timeout(within, living.wait_for(|count| *count == 0)).await;
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Whether it takes orders.
    pub(crate) fn is_alive(&self) -> bool {
        !self.orders.is_closed()
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        self.process.kill();
    }
}

fn gone() -> Error {
    Error::new(Code::ZygoteForkFailed, "fork", "the zygote has ended")
}

fn failed(error: io::Error) -> Error {
    Error::new(Code::ZygoteForkFailed, "fork", error.to_string()).caused_by(error)
}

/// One more waits, while this lives.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn on(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::AcqRel);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Speaks with the zygote.
struct Driver {
    exchange: Exchange,
    children: HashMap<u32, watch::Sender<Option<Exit>>>,
    count: watch::Sender<usize>,
}

impl Driver {
    /// Ends with the zygote, or with the last who could give orders.
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let capture = Arc::clone(&self.exchange.capture);
        let follow = capture.follow();
        tokio::pin!(follow);
        let mut followed = false;
        loop {
            let outcome = tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.serve(order).await,
                    None => return,
                },
                heard = self.exchange.connection.receive() => self.hear(heard),
                () = &mut follow, if !followed => { followed = true; Ok(()) }
            };
            if let Err(error) = outcome {
                tracing::warn!(pid = self.exchange.process.pid(), "the zygote is given up: {error}");
                return;
            }
        }
    }

    /// An error means that the zygote is of no more use.
    async fn serve(&mut self, order: Order) -> Result<()> {
        let forked = tokio::time::timeout(FORK_TIMEOUT, self.fork(&order.fork, &order.descriptors)).await;
        let forked =
            forked.unwrap_or_else(|_| Err(Error::new(Code::ZygoteForkFailed, "fork", "the zygote did not answer")));
        let (reply, outcome) = match forked {
            Ok(Ok(child)) => (Ok(child), Ok(())),
            Ok(Err(refusal)) => (Err(refusal), Ok(())),
            Err(error) => (Err(gone()), Err(error)),
        };
        // A child that nobody waits for any more finds its socket closed and ends.
        let _ = order.answer.send(reply);
        outcome
    }

    async fn fork(&mut self, fork: &Fork, [socket, stdout, stderr]: &[OwnedFd; 3]) -> Result<Result<Child>> {
        let descriptors = [socket.as_fd(), stdout.as_fd(), stderr.as_fd()];
        self.exchange.connection.send_fork(fork, &descriptors).await?;
        loop {
            let frame = self.exchange.connection.receive().await?.ok_or_else(gone)?;
            match frame.kind {
                Kind::Forked => {
                    let Forked { pid } = message::decode(frame.kind, &frame.body)?;
                    let (tell, told) = watch::channel(None);
                    self.children.insert(pid, tell);
                    self.count.send_replace(self.children.len());
                    return Ok(Ok((pid, told)));
                }
                Kind::Refused => return Ok(Err(refusal(message::decode(frame.kind, &frame.body)?))),
                _ => self.hear(Ok(Some(frame)))?,
            }
        }
    }

    fn hear(&mut self, heard: Result<Option<Frame>>) -> Result<()> {
        let frame = heard?.ok_or_else(gone)?;
        if frame.kind == Kind::Exited {
            let Exited { pid, code, signal } = message::decode(frame.kind, &frame.body)?;
            let exit = code.map(Exit::Code).or(signal.map(Exit::Signal)).unwrap_or(Exit::Unknown);
            if let Some(tell) = self.children.remove(&pid) {
                tell.send_replace(Some(exit));
                self.count.send_replace(self.children.len());
            }
        }
        Ok(())
    }
}

fn refusal(refused: Refused) -> Error {
    let code = Code::parse(&refused.code).filter(|code| code.area() == Area::Zygote).unwrap_or(Code::ZygoteForkFailed);
    let mut error = Error::new(code, "fork", refused.message);
    for Culprit { thread, module, place } in refused.culprits {
        let at = place.map_or_else(String::new, |place| format!(", started at {place}"));
        error = error.with("thread", format!("{thread} of module {module}{at}"));
    }
    error
}
