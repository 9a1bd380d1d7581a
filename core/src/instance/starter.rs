//! Starting workers: what to run, and the first words.

use super::exchange::{Bound, Exchange, welcome};
use super::image::ImageUse;
use super::interpreter::Interpreter;
use super::launcher::Launchers;
use super::output::Capture;
use super::preload::PreloadSet;
use super::process::Process;
use super::protocol::{Subject, Translator, WorkerProtocol};
use super::remains::Unclaimed;
use super::timings::{Timings, since};
use super::worker::Worker;
use super::zygote::{Branch, Zygote};
use crate::bootstrap::answering::Answering;
use crate::bootstrap::message::{Hello, Preload, Ready, Resume};
use crate::bootstrap::transport::Connection;
use crate::bootstrap::{Limits, Role};
use crate::error::{Code, Error, Result};
use crate::package::Language;
use crate::preload::CheckedImage;
use crate::sys::clock;
use crate::sys::spawn::{Launch, Spawned, Spawner};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Socket;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use tracing::Instrument;

/// What holds for all workers of a host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    /// Bytes of each output stream that are kept for a request.
    pub(crate) output: usize,
    /// From the process to the launcher's first word.
    pub(crate) start_timeout: Duration,
    /// For importing a preload set.
    pub(crate) preload_timeout: Duration,
    /// For the hooks of one kind.
    pub(crate) hook_timeout: Duration,
}

/// Everything that a worker of one function is started with.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) interpreter: Interpreter,
    pub(crate) package: PathBuf,
    pub(crate) entry: String,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) preload: PreloadSet,
    pub(crate) image: Option<Arc<CheckedImage>>,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) init_timeout: Duration,
    /// The event that an instance handles before a snapshot is taken of it.
    pub(crate) warm_up: Option<Vec<u8>>,
    /// Where its workers speak another protocol than ours.
    pub(crate) foreign: Option<Foreign>,
}

/// The protocol that workers speak, and what they run for it.
#[derive(Debug, Clone)]
pub(crate) struct Foreign {
    pub(crate) protocol: Arc<dyn WorkerProtocol>,
    /// Behind those of the interpreter.
    pub(crate) arguments: Vec<String>,
    /// `python3.12`, where the program is an interpreter.
    pub(crate) runtime: Option<String>,
}

impl Plan {
    pub(super) fn arguments(&self, launchers: &Launchers, blob: Option<&Path>) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = self.interpreter.arguments.iter().map(OsString::from).collect();
        if let (Language::Node, Some(bytes)) = (self.language, self.memory_limit) {
            // V8 bounds its heap itself; what it reserves beyond makes an address space limit useless for it.
            arguments.push(format!("--max-old-space-size={}", (bytes >> 20).max(1)).into());
        }
        if let Some(blob) = blob {
            arguments.extend(["--snapshot-blob".into(), blob.into()]);
        }
        match &self.foreign {
            Some(foreign) => arguments.extend(foreign.arguments.iter().map(OsString::from)),
            None if self.language == Language::Native => {}
            None => arguments.push(launchers.script(self.language).into()),
        }
        arguments
    }

    /// What stands between the host and one process that speaks another protocol.
    fn translator(&self, purpose: Purpose) -> io::Result<Option<Translator>> {
        let translator = self.foreign.as_ref().map(|foreign| foreign.protocol.translator(&self.told(foreign, purpose)));
        translator.transpose()
    }

    /// The same for a restored process, for which `resume` was kept.
    pub(super) fn resumed(&self, pid: u32, resume: &Resume) -> io::Result<Translator> {
        let foreign = self.foreign.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        foreign.protocol.resume(&self.told(foreign, Purpose::Serve), pid, &resume.words)
    }

    fn told<'a>(&'a self, foreign: &'a Foreign, purpose: Purpose) -> Subject<'a> {
        Subject {
            name: &self.name,
            package: &self.package,
            entry: &self.entry,
            runtime: foreign.runtime.as_deref(),
            memory_limit: self.memory_limit,
            is_model: purpose == Purpose::Model,
        }
    }

    fn preload(&self) -> Option<Preload> {
        (!self.preload.is_empty()).then(|| Preload {
            modules: self.preload.modules().to_vec(),
            path: Some(self.package.display().to_string()),
            ..Preload::default()
        })
    }
}

/// What a worker is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To serve.
    Serve,
    /// To fork others.
    Fork,
    /// To be snapshotted.
    Model,
}

impl Purpose {
    fn role(self) -> Role {
        if self == Purpose::Fork { Role::Zygote } else { Role::Worker }
    }
}

/// Starts workers and zygotes.
#[derive(Debug)]
pub(crate) struct Starter {
    pub(super) spawner: Spawner,
    launchers: Launchers,
    settings: Settings,
}

impl Starter {
    pub(crate) fn new(launchers: Launchers, settings: Settings) -> Result<Self> {
        let spawner = Spawner::new()
            .map_err(|error| Error::new(Code::SystemIo, "start the spawner", error.to_string()).caused_by(error))?;
        Ok(Self { spawner, launchers, settings })
    }

    pub(crate) fn launchers(&self) -> &Launchers {
        &self.launchers
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings
    }

    /// Starts a worker without a function: with the preload set for a stem, without for a cold start.
    pub(crate) async fn stem(&self, plan: &Plan, preload: bool) -> Result<Worker> {
        self.worker(plan, preload.then(|| plan.preload()).flatten(), Purpose::Serve).await
    }

    /// Starts a worker without a function, of which a snapshot can be taken once it has one.
    pub(super) async fn model(&self, plan: &Plan) -> Result<Worker> {
        self.worker(plan, None, Purpose::Model).await
    }

    async fn worker(&self, plan: &Plan, preload: Option<Preload>, purpose: Purpose) -> Result<Worker> {
        let begun = Instant::now();
        let mut image = ImageUse::choose(plan, true);
        let mut started = self.start(plan, purpose, preload.clone(), &image).await;
        if let (Err(error), true) = (&started, image.is_snapshot()) {
            image.refuse_snapshot(&format!("a process does not begin as it: {error}"));
            image = ImageUse::choose(plan, false);
            started = self.start(plan, purpose, preload, &image).await;
        }
        let (exchange, ready, mut timings) = started?;
        timings.preload_us = ready.timings_us.preload;
        timings.ready_us = since(begun);
        report_ready(&plan.name, &ready);
        Ok(Worker::new(exchange, self.settings, timings, image))
    }

    /// Starts a zygote with the preload set.
    pub(crate) async fn zygote(&self, plan: &Arc<Plan>) -> Result<Zygote> {
        let (exchange, ready, _) = self.start(plan, Purpose::Fork, plan.preload(), &ImageUse::default()).await?;
        report_ready(&plan.name, &ready);
        Ok(Zygote::new(exchange, self.settings, Arc::clone(plan)))
    }

    /// Starts the root of a tree of zygotes, which has imported nothing.
    pub(crate) async fn root(&self, plan: &Arc<Plan>) -> Result<Branch> {
        let preload = Preload { tell: true, ..Preload::default() };
        let (exchange, ready, _) = self.start(plan, Purpose::Fork, Some(preload), &ImageUse::default()).await?;
        report_ready(&plan.name, &ready);
        let zygote = Zygote::new(exchange, self.settings, Arc::clone(plan));
        Ok(Branch { zygote: Arc::new(zygote), ready })
    }

    async fn start(
        &self,
        plan: &Plan,
        purpose: Purpose,
        preload: Option<Preload>,
        image: &ImageUse,
    ) -> Result<(Exchange, Ready, Timings)> {
        let begun = Instant::now();
        let (mut exchange, spawned_ns) =
            self.spawn(plan, purpose, image).instrument(tracing::debug_span!("spawn")).await?;
        let mut timings = Timings { spawn_us: since(begun), ..Timings::default() };
        let bound = |timeout, code, phase| Bound { timeout, code, phase };
        let start = bound(self.settings.start_timeout, Code::WorkerStartTimedOut, "start");
        let wait = bound(self.settings.preload_timeout, Code::WorkerInitTimedOut, "preload");
        let words = welcome(purpose.role(), self.settings.limits.max_payload(), preload, purpose == Purpose::Model);
        let greeted = exchange.greet(words, start, wait).instrument(tracing::debug_span!("greet")).await;
        let (Hello { entered_ns, .. }, ready) = greeted.map_err(|error| error.wrote(exchange.capture.take()))?;
        timings.interpreter_us = entered_ns.saturating_sub(spawned_ns) / 1_000;
        timings.launcher_us = ready.timings_us.launcher;
        Ok((exchange, ready, timings))
    }

    async fn spawn(&self, plan: &Plan, purpose: Purpose, image: &ImageUse) -> Result<(Exchange, u64)> {
        let failed = |error: io::Error| {
            Error::new(Code::WorkerSpawnFailed, "start the worker", error.to_string())
                .with("program", plan.interpreter.program.display())
                .caused_by(error)
        };
        let (capture, ends) = Capture::new(self.settings.output)?;
        let capture = capture.ending(plan.foreign.as_ref().and_then(|foreign| foreign.protocol.log_end()));
        let (near, far) = socket_pair().map_err(failed)?;
        let translator = plan.translator(purpose).map_err(failed)?;
        let mut environment = image.environment(plan);
        environment.extend(translator.iter().flat_map(|it| it.environment.clone()));
        let (socket, held) = if translator.is_some() { (None, Some(far)) } else { (Some(far), None) };
        let launch = Launch {
            program: plan.interpreter.program.clone(),
            arguments: plan.arguments(&self.launchers, image.blob()),
            environment,
            directory: plan.package.clone(),
            socket,
            stdout: ends.stdout,
            stderr: ends.stderr,
            for_snapshot: purpose == Purpose::Model,
        };
        image.bring_reads();
        let spawned_ns = clock::monotonic_ns();
        let (tell, told) = oneshot::channel();
        // The caller may have gone away meanwhile.
        self.spawner.spawn(launch, |outcome| drop(tell.send(outcome.map(Unclaimed::from))));
        let gone = || failed(io::Error::other("the spawner is gone"));
        let spawned = told.await.map_err(|_| gone())?.map_err(failed)?;
        let Spawned { pid, watched } = spawned.claim().ok_or_else(gone)?;
        let process = Arc::new(Process::started(pid, watched).map_err(failed)?);
        if let (Some(translator), Some(far)) = (translator, held) {
            let far = Answering::new(asynchronous(far.into()).map_err(failed)?, self.settings.limits);
            speak_for(&process, far, translator);
        }
        if let (Some(bytes), Language::Python | Language::Native) = (plan.memory_limit, plan.language) {
            crate::sys::process::limit_memory(pid, bytes).map_err(failed)?;
        }
        let connection = Connection::new(near, purpose.role(), self.settings.limits);
        Ok((Exchange { connection, process, capture: Arc::new(capture) }, spawned_ns))
    }
}

/// A socket pair: this process's end, ready for the runtime, and the worker's.
pub(super) fn socket_pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (near, far) = Socket::pair()?;
    Ok((asynchronous(near)?, far.into()))
}

pub(super) fn asynchronous(socket: Socket) -> io::Result<UnixStream> {
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}

/// Has a process spoken for until it ends, or the host lets go of it.
pub(super) fn speak_for(process: &Arc<Process>, far: Answering, translator: Translator) {
    let process = Arc::clone(process);
    tokio::spawn(async move {
        tokio::select! {
            () = (translator.speak)(far, process.pid()) => {}
            _ = process.ended() => {}
        }
    });
}

/// What went wrong without stopping the worker is said once.
pub(super) fn report_ready(function: &str, ready: &Ready) {
    for failure in &ready.preload_failed {
        let module = failure.module.as_deref().unwrap_or("?");
        tracing::warn!(function, module, code = %failure.code, "preload set: {}", failure.message);
    }
    for warning in &ready.warnings {
        tracing::warn!(function, "{warning}");
    }
}
