//! A function as the host knows it: what was checked, and what is there for it.

use super::function::{Function, FunctionId, ImageChoice, Preload};
use super::holding::Hold;
use super::program::{NativeLauncher, Program};
use super::tally::Tally;
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::instance::{Frozen, Launchers, Plan, PreloadSet, Tier, Timings, Worker, Zygote};
use crate::package::locate;
use crate::preload::{CheckedImage, IN_PACKAGE as IMAGE_IN_PACKAGE};
use crate::snapshot::Snapshot;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long importing a function may take where nothing else is said: AWS Lambda's limit.
const DEFAULT_INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A worker, the place it takes among the host's, and since when it has been waiting.
#[derive(Debug)]
pub(super) struct Waiting<W = Worker> {
    pub(super) worker: W,
    pub(super) place: OwnedSemaphorePermit,
    pub(super) since: Instant,
}

/// A function and its workers.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) id: FunctionId,
    pub(super) plan: Arc<Plan>,
    /// How many instances there may be.
    most: usize,
    /// One for each request that may run at once.
    pub(super) slots: Arc<Semaphore>,
    idle: Mutex<Vec<Waiting>>,
    frozen: Mutex<Vec<Waiting<Frozen>>>,
    stems: Mutex<Vec<Waiting>>,
    zygote: Mutex<Option<Arc<Zygote>>>,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    /// Held by who takes one.
    pub(super) snapshotting: tokio::sync::Mutex<()>,
    /// Requests that are waiting or running.
    pub(super) in_flight: AtomicUsize,
    pub(super) tally: Tally,
    pub(super) hold: Hold,
    busy: Mutex<Vec<Known>>,
}

/// A worker's process, how it came to be ready, and what that took.
pub(super) type Known = (u32, Tier, Timings);

impl Registered {
    /// Checks what a platform says of a function, and finds its interpreter.
    pub(super) async fn check(
        number: u64,
        function: Function,
        max_workers: usize,
        native: NativeLauncher<'_>,
        launchers: &Launchers,
    ) -> Result<Self> {
        let package = locate(&function.directory)?;
        let Program { entry, language, interpreter, foreign } =
            Program::find(&function, &package, native, launchers).await?;
        let base = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = function.name.unwrap_or(base);
        let mut variables = environment::passed_on();
        variables.extend(function.environment);
        let image = if foreign.is_some() { None } else { image(function.image, &package, launchers)? };
        if let Some(image) = &image {
            look_at(&name, image).await;
        }
        let plan = Plan {
            name: name.clone(),
            language,
            interpreter,
            package,
            entry,
            environment: variables,
            preload: if foreign.is_some() { PreloadSet::default() } else { preload(function.preload)? },
            image,
            memory_limit: function.memory_limit,
            init_timeout: function.init_timeout.unwrap_or(DEFAULT_INIT_TIMEOUT),
            warm_up: function.warm_up,
            foreign,
        };
        let most = function.max_workers.unwrap_or(max_workers).min(max_workers).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            id: FunctionId { number, name: name.into() },
            plan: Arc::new(plan),
            most,
            slots: Arc::new(Semaphore::new(most)),
            idle: Mutex::default(),
            frozen: Mutex::default(),
            stems: Mutex::default(),
            zygote: Mutex::default(),
            snapshot: Mutex::default(),
            snapshotting: tokio::sync::Mutex::default(),
            in_flight: AtomicUsize::new(0),
            tally: Tally::default(),
            hold: Hold::default(),
            busy: Mutex::default(),
        })
    }

    /// The instances that wait for a request, the last used at the end.
    pub(super) fn idle(&self) -> MutexGuard<'_, Vec<Waiting>> {
        lock(&self.idle)
    }

    /// The instances that are frozen, the last used at the end.
    pub(super) fn frozen(&self) -> MutexGuard<'_, Vec<Waiting<Frozen>>> {
        lock(&self.frozen)
    }

    /// The instances that handle a request.
    pub(super) fn busy(&self) -> MutexGuard<'_, Vec<Known>> {
        lock(&self.busy)
    }

    /// The stems.
    pub(super) fn stems(&self) -> MutexGuard<'_, Vec<Waiting>> {
        lock(&self.stems)
    }

    /// The zygote, where there is one that lives.
    pub(super) fn zygote(&self) -> Option<Arc<Zygote>> {
        let mut zygote = lock(&self.zygote);
        if zygote.as_ref().is_some_and(|zygote| !zygote.is_alive()) {
            *zygote = None;
        }
        zygote.clone()
    }

    /// Lets go of a zygote that is of no more use, unless another stands in its place already.
    pub(super) fn give_up(&self, zygote: &Arc<Zygote>) {
        let mut current = lock(&self.zygote);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, zygote)) {
            *current = None;
        }
    }

    /// Puts a zygote in place of the one that was, or takes it away.
    pub(super) fn set_zygote(&self, zygote: Option<Arc<Zygote>>) {
        *lock(&self.zygote) = zygote;
    }

    /// The snapshot that further instances are restored from.
    pub(super) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        lock(&self.snapshot).clone()
    }

    /// Puts a snapshot in place of the one that was, or lets go of it; on disk it stays.
    pub(super) fn set_snapshot(&self, snapshot: Option<Arc<Snapshot>>) {
        *lock(&self.snapshot) = snapshot;
    }

    /// Lets go of a snapshot that is of no more use, unless another stands in its place already.
    pub(super) fn give_up_snapshot(&self, snapshot: &Arc<Snapshot>) {
        let mut current = lock(&self.snapshot);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, snapshot)) {
            *current = None;
        }
    }

    /// Whether something is nearer to a request than a stem.
    pub(super) fn has_nearer_than_stem(&self) -> bool {
        self.zygote().is_some() || self.snapshot().is_some()
    }

    /// The instance that was used last and still lives.
    pub(super) fn take_idle(&self) -> Option<Waiting> {
        take_live(&mut self.idle())
    }

    /// The instance that has been idle longest, if it has been for so long.
    pub(super) fn take_oldest_idle(&self, for_at_least: Duration) -> Option<Waiting> {
        let mut idle = self.idle();
        while idle.first().is_some_and(|waiting| waiting.since.elapsed() >= for_at_least) {
            let oldest = idle.remove(0);
            if oldest.worker.is_quiet() {
                return Some(oldest);
            }
        }
        None
    }

    /// How many frozen instances live, as far as is known.
    pub(super) fn live_frozen(&self) -> usize {
        let mut frozen = self.frozen();
        frozen.retain(|waiting| waiting.worker.as_ref().is_quiet());
        frozen.len()
    }

    /// Keeps an instance for the next request; whether it did.
    pub(super) fn keep_idle(&self, waiting: Waiting) -> bool {
        self.keep(self.idle(), waiting, Vec::push)
    }

    /// Keeps a stem; whether it did.
    pub(super) fn keep_stem(&self, waiting: Waiting) -> bool {
        self.keep(self.stems(), waiting, Vec::push)
    }

    /// Keeps a frozen instance, behind those that were used before it; whether it did.
    pub(super) fn keep_frozen(&self, waiting: Waiting<Frozen>) -> bool {
        self.keep(self.frozen(), waiting, |frozen, waiting| {
            let at = frozen.partition_point(|other| other.since <= waiting.since);
            frozen.insert(at, waiting);
        })
    }

    /// Keeps a worker, unless the function is not registered any more: nobody would use it, nor end it for its place, while
    /// a request of the function is in flight. The slots are closed before the lists are emptied.
    fn keep<W>(
        &self,
        mut list: MutexGuard<'_, Vec<Waiting<W>>>,
        waiting: Waiting<W>,
        add: impl FnOnce(&mut Vec<Waiting<W>>, Waiting<W>),
    ) -> bool {
        if self.slots.is_closed() {
            drop(list);
            return false;
        }
        add(&mut list, waiting);
        true
    }

    /// The right to use one instance, if another may be used now.
    pub(super) fn free_slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).try_acquire_owned().ok()
    }

    /// The instance that was frozen last and still lives.
    pub(super) fn take_frozen(&self) -> Option<Waiting<Frozen>> {
        take_live(&mut self.frozen())
    }

    /// The next tier's worker for a request whose instance was of no use: a stem, where nothing can be forked or
    /// restored.
    pub(super) fn take_nearest_stem(&self) -> Option<Waiting> {
        if self.has_nearer_than_stem() { None } else { self.take_stem() }
    }

    /// A stem that lives.
    pub(super) fn take_stem(&self) -> Option<Waiting> {
        take_live(&mut self.stems())
    }

    /// How many instances are used by requests or are being frozen.
    pub(super) fn in_use(&self) -> usize {
        self.most - self.slots.available_permits().min(self.most)
    }

    /// Whether there may be one more instance.
    pub(super) fn has_room(&self) -> bool {
        self.present() < self.most
    }

    /// Whether there may be so many instances.
    pub(super) fn may_have(&self, count: usize) -> bool {
        count <= self.most
    }
}

/// Dead workers are dropped on the way; that something speaks out of turn ends it too.
fn take_live<W: AsRef<Worker>>(waiting: &mut Vec<Waiting<W>>) -> Option<Waiting<W>> {
    while let Some(taken) = waiting.pop() {
        if taken.worker.as_ref().is_quiet() {
            return Some(taken);
        }
        tracing::warn!(pid = taken.worker.as_ref().pid(), "a worker ended or spoke out of turn while it was idle");
    }
    None
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn preload(preload: Option<Preload>) -> Result<PreloadSet> {
    match preload {
        Some(Preload::Set(set)) => Ok(set),
        Some(Preload::File(path)) => PreloadSet::read(&path),
        None => Ok(PreloadSet::default()),
    }
}

/// The init image; one that is named has to be there.
fn image(choice: ImageChoice, package: &Path, launchers: &Launchers) -> Result<Option<Arc<CheckedImage>>> {
    let path = match choice {
        ImageChoice::Without => return Ok(None),
        ImageChoice::Own => package.join(IMAGE_IN_PACKAGE),
        ImageChoice::At(path) if path.is_file() => std::path::absolute(&path).unwrap_or(path),
        ImageChoice::At(path) => {
            let error = Error::new(Code::ConfigInvalid, "register the function", "its image is not there");
            return Err(error.with("image", path.display()).hint("make it with `headstart bake`"));
        }
    };
    Ok(path.is_file().then(|| Arc::new(CheckedImage::new(path, package, launchers.images()))))
}

/// Checks an image before the first start has to, on a thread that may wait for a disk.
async fn look_at(function: &str, image: &Arc<CheckedImage>) {
    let image = Arc::clone(image);
    let checked = tokio::task::spawn_blocking(move || image.look()).await;
    if let Ok(Err(error)) = checked {
        tracing::warn!(function, "the function starts without its image: {error}");
    }
}
