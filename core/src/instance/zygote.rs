//! The host's side of a zygote: one task speaks with it, and gives each child to whoever asked.

use super::exchange::Exchange;
use super::image::ImageUse;
use super::output::Capture;
use super::process::Process;
use super::starter::{Plan, Settings, socket_pair};
use super::timings::{Timings, since};
use super::worker::Worker;
use crate::bootstrap::message::{self, Exited, Fork, Forked, Refused};
use crate::bootstrap::transport::Connection;
use crate::bootstrap::{Frame, Kind};
use crate::error::{Area, Code, Error, Result};
use crate::sys::process::Exit;
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
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

/// A running zygote; dropped, it is killed, and the spare child with it. Its other children live on.
#[derive(Debug)]
pub(crate) struct Zygote {
    plan: Arc<Plan>,
    orders: mpsc::Sender<Order>,
    process: Arc<Process>,
    settings: Settings,
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
        tokio::spawn(Driver { exchange, children: HashMap::new() }.run(taken));
        Self {
            plan,
            orders,
            process,
            settings,
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
            None => self.fork(false).await,
        }
    }

    /// Forks the spare child, if there is none.
    pub(crate) async fn refill(&self) -> Result<()> {
        if self.spare().as_ref().is_none_or(Worker::is_dead) {
            let spare = self.fork(true).await?;
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

    /// Forks a worker in state `stem`.
    async fn fork(&self, spare: bool) -> Result<Worker> {
        let begun = Instant::now();
        let failed = |error: io::Error| Error::new(Code::ZygoteForkFailed, "fork", error.to_string()).caused_by(error);
        let (capture, ends) = Capture::new(self.settings.output)?;
        let (near, far) = socket_pair().map_err(failed)?;
        let (answer, answered) = oneshot::channel();
        let order = Order { fork: Fork { spare }, descriptors: [far, ends.stdout, ends.stderr], answer };
        self.orders.send(order).await.map_err(|_| gone())?;
        let (pid, exit) = answered.await.map_err(|_| gone())??;
        let process = Process::forked(pid, self.process.pid(), exit).map_err(failed)?;
        if let Some(bytes) = self.plan.memory_limit {
            crate::sys::process::limit_memory(pid, bytes).map_err(failed)?;
        }
        let connection = Connection::forked(near, self.settings.limits);
        let exchange = Exchange { connection, process: Arc::new(process), capture: Arc::new(capture) };
        let timings = Timings { spawn_us: since(begun), ..Timings::default() };
        Ok(Worker::new(exchange, self.settings, timings, ImageUse::choose(&self.plan, false)))
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

/// Speaks with the zygote.
struct Driver {
    exchange: Exchange,
    children: HashMap<u32, watch::Sender<Option<Exit>>>,
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
        let forked = tokio::time::timeout(FORK_TIMEOUT, self.fork(order.fork, &order.descriptors)).await;
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

    async fn fork(&mut self, fork: Fork, [socket, stdout, stderr]: &[OwnedFd; 3]) -> Result<Result<Child>> {
        let descriptors = [socket.as_fd(), stdout.as_fd(), stderr.as_fd()];
        self.exchange.connection.send_fork(fork, &descriptors).await?;
        loop {
            let frame = self.exchange.connection.receive().await?.ok_or_else(gone)?;
            match frame.kind {
                Kind::Forked => {
                    let Forked { pid } = message::decode(frame.kind, &frame.body)?;
                    let (tell, told) = watch::channel(None);
                    self.children.insert(pid, tell);
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
            }
        }
        Ok(())
    }
}

fn refusal(refused: Refused) -> Error {
    let code = Code::parse(&refused.code).filter(|code| code.area() == Area::Zygote).unwrap_or(Code::ZygoteForkFailed);
    let mut error = Error::new(code, "fork", refused.message);
    for culprit in refused.culprits {
        error = error.with("thread", format!("{} of module {}", culprit.thread, culprit.module));
    }
    error
}
