//! L2: instances restored from a snapshot on disk.

use super::exchange::Exchange;
use super::output::Capture;
use super::process::Process;
use super::remains::{OwnedCell, Unclaimed};
use super::starter::{Plan, Starter, asynchronous, socket_pair, speak_for};
use super::tier::Tier;
use super::timings::{Timings, since};
use super::worker::{Call, Worker};
use crate::bootstrap::Kind;
use crate::bootstrap::answering::Answering;
use crate::bootstrap::message::{Park, Ready};
use crate::bootstrap::transport::Connection;
use crate::error::{Code, Error, Result};
use crate::snapshot::{
    Criu, Identity, Places, Prepared, Scratch, Snapshot, Store, Subject, Taken, on_a_thread, refuse_opened,
};
use crate::sys::restore::{Restore, Restoring};
use crate::sys::{clock, process};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long CRIU may take to write a snapshot.
const DUMP_WITHIN: Duration = Duration::from_mins(1);

impl Starter {
    /// What a function's snapshot is of.
    pub(crate) fn subject(&self, plan: &Plan) -> Subject {
        let arguments = plan.arguments(self.launchers(), None);
        Subject {
            function: plan.name.clone(),
            program: plan.interpreter.program.clone(),
            arguments: arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            package: plan.package.clone(),
            entry: plan.entry.clone(),
            environment: plan.environment.clone(),
            warm_up: plan.warm_up.clone(),
            limits: (plan.memory_limit, self.settings().limits.max_payload()),
            protocol: plan.foreign.as_ref().map(|foreign| (foreign.protocol.name(), foreign.protocol.tells())),
        }
    }

    /// Starts an instance, warms it up, and keeps a snapshot of it.
    pub(crate) async fn snapshot(
        &self,
        plan: &Plan,
        subject: Subject,
        store: &Arc<Store>,
        criu: &Criu,
    ) -> Result<Snapshot> {
        let version = criu.version().to_string();
        let before = subject.clone();
        // Before anything is loaded, so that what changes meanwhile is noticed.
        let identity = on_a_thread(move || Identity::of(&before, &version).map_err(|error| not_kept(&error))).await?;
        let mut worker = self.model(plan).await?;
        worker.specialize(plan, Tier::Cold, false).await?;
        worker.run_hooks(&plan.name, Kind::Prewarm).await?;
        if let Some(event) = subject.warm_up.as_ref().filter(|_| plan.foreign.is_none()) {
            let deadline = Instant::now() + plan.init_timeout;
            worker
                .invoke(Call { payload: event, context: b"", deadline, settle: Duration::ZERO, reader: None })
                .await?;
        }
        let scratch = store.scratch()?;
        let placeholders = placeholders(&scratch).map_err(|error| not_kept(&error))?;
        let Ready { opened, resume, .. } = worker.park(&plan.name, park(&placeholders)).await?;
        let (pid, places) = (worker.pid(), Places::from(opened));
        let (known, but) = (places.clone(), resume.as_ref().map(|resume| resume.sockets.clone()).unwrap_or_default());
        on_a_thread(move || refuse_opened(pid, &known, &but)).await?;
        let inherits = match &resume {
            Some(_) => worker.output_names().map_err(|error| not_kept(&error))?.into(),
            // CRIU knows files by their path from the root.
            None => placeholders.map(|path| path.display().to_string().trim_start_matches('/').to_owned()).into(),
        };
        let taken = Taken { pid, inherits, resume };
        let dumped = criu.dump(&taken, scratch.path(), DUMP_WITHIN).await;
        dumped.map_err(|error| places.name(pid, error))?;
        drop(worker);
        let (store, criu) = (Arc::clone(store), criu.clone());
        on_a_thread(move || {
            scratch.leave_images().map_err(|error| not_kept(&error))?;
            store.keep(scratch, subject, identity, taken, &criu)
        })
        .await
    }

    /// Restores an instance `within` that time, its `after_restore` hooks included.
    pub(crate) async fn restore(
        &self,
        plan: &Plan,
        snapshot: &Arc<Snapshot>,
        store: &Arc<Store>,
        within: Duration,
    ) -> Result<Worker> {
        let begun = Instant::now();
        let compared = Arc::clone(snapshot);
        // While CRIU works.
        let compare = on_a_thread(move || compared.look());
        let (compared, restored) = tokio::join!(compare, self.restored(plan, snapshot, store, within));
        compared?;
        let mut worker = restored?;
        let process = Arc::clone(worker.process());
        let go_on = || process.go_on().map_err(|error| failed(&error));
        let left = within.saturating_sub(begun.elapsed());
        worker.wake(&plan.name, Kind::AfterRestore, left, go_on).await?;
        Ok(worker)
    }

    /// A restored worker, which is stopped.
    async fn restored(
        &self,
        plan: &Plan,
        snapshot: &Arc<Snapshot>,
        store: &Arc<Store>,
        within: Duration,
    ) -> Result<Worker> {
        let begun = Instant::now();
        let (its_store, its_snapshot) = (Arc::clone(store), Arc::clone(snapshot));
        let prepared = Arc::new(on_a_thread(move || Prepared::new(&its_store, &its_snapshot)).await?);
        let prepared_us = since(begun);
        let settings = self.settings();
        let (capture, ends) = Capture::new(settings.output)?;
        let (near, far) = socket_pair().map_err(|error| failed(&error))?;
        let (mut inherited, mut far) = (vec![ends.stdout, ends.stderr], Some(far));
        if snapshot.resume().is_none() {
            inherited.splice(..0, far.take());
        }
        let process = Arc::new(self.restore_process(snapshot, &prepared, inherited, within).await?);
        if let (Some(resume), Some(far)) = (snapshot.resume(), far) {
            let (plan, pid, resume) = (plan.clone(), process.pid(), resume.clone());
            let translator = on_a_thread(move || plan.resumed(pid, &resume).map_err(|error| failed(&error))).await?;
            let far = asynchronous(far.into()).map_err(|error| failed(&error))?;
            speak_for(&process, Answering::restored(far, settings.limits), translator);
        }
        let connection = Connection::restored(near, settings.limits);
        let exchange = Exchange { connection, process, capture: Arc::new(capture) };
        let timings = Timings { spawn_us: since(begun), ..Timings::default() };
        tracing::debug!(prepared_us, restored_us = timings.spawn_us, "restored");
        // Nobody waits for files to be removed.
        drop(tokio::task::spawn_blocking(move || drop(prepared)));
        Ok(Worker::restored(exchange, settings, timings, next_epoch()))
    }

    async fn restore_process(
        &self,
        snapshot: &Snapshot,
        prepared: &Arc<Prepared>,
        inherited: Vec<OwnedFd>,
        within: Duration,
    ) -> Result<Process> {
        let numbers: Vec<_> = inherited.iter().map(AsRawFd::as_raw_fd).collect();
        let arguments = prepared.arguments(snapshot, &numbers);
        let program = snapshot.criu.program().to_owned();
        let order = Restore { program, arguments, environment: prepared.environment(), inherited };
        let (tell, told) = oneshot::channel();
        let kept = Arc::clone(prepared);
        self.spawner.restore(order, |outcome| {
            let owned = |Restoring { program, cell }| (OwnedCell::new(cell, kept), Unclaimed::from(program));
            // The caller may have gone away meanwhile.
            drop(tell.send(outcome.map(owned)));
        });
        let gone = || failed(&io::Error::other("the spawner is gone"));
        let (cell, program) = told.await.map_err(|_| gone())?.map_err(|error| failed(&error))?;
        let program = program.claim().ok_or_else(gone)?;
        let criu = Process::started(program.pid, program.watched).map_err(|error| failed(&error))?;
        let ended = tokio::time::timeout(within.min(self.settings().start_timeout), criu.ended()).await;
        match ended {
            Ok(process::Exit::Code(0)) => restored_in(cell, prepared).map_err(|error| failed(&error)),
            Ok(exit) => Err(failed(&io::Error::other(format!("CRIU ended with {exit}: {}", prepared.last_words())))),
            Err(_) => Err(failed(&io::Error::other("CRIU did not end in time"))),
        }
    }
}

/// The process that CRIU left in a cell, put right: the C library knows the number of the thread by heart.
fn restored_in(cell: OwnedCell, prepared: &Prepared) -> io::Result<Process> {
    let pid = cell.child()?;
    let process = Process::restored(pid, cell)?;
    process::replace_number(pid, prepared.number_address, (prepared.old_pid, prepared.pid))?;
    Ok(process)
}

/// Empty files for socket, standard output and standard error.
fn placeholders(scratch: &Scratch) -> io::Result<[PathBuf; 3]> {
    let paths = ["socket", "stdout", "stderr"].map(|name| scratch.path().join(name));
    paths.iter().try_for_each(|path| std::fs::write(path, ""))?;
    Ok(paths)
}

fn park([socket, stdout, stderr]: &[PathBuf; 3]) -> Park {
    let [socket, stdout, stderr] = [socket, stdout, stderr].map(|path| path.display().to_string());
    Park { socket, stdout, stderr }
}

/// A number that is larger than those of all restores before, also of hosts before this one: microseconds since 1970.
fn next_epoch() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = clock::wall_clock_ns() / 1_000;
    LAST.fetch_max(now, Ordering::Relaxed);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

fn not_kept(error: &io::Error) -> Error {
    Error::new(Code::SnapshotDumpFailed, "take the snapshot", error.to_string())
}

fn failed(error: &io::Error) -> Error {
    Error::new(Code::SnapshotRestoreFailed, "restore an instance", error.to_string())
}
