//! Starting launchers: one that serves, or one that has imported the function and is forked.

use super::instance::{Ended, Outcome};
use super::program::Program;
use super::search_path;
use super::settings::Settings;
use super::worker::{Process, Worker, warn};
use headstart::bootstrap::blocking::Channel;
use headstart::bootstrap::message::{self, Fork, Hello, Preload, Refused, Welcome};
use headstart::bootstrap::{Kind, Limits, Role, Session, frame, negotiate};
use headstart::config::environment;
use headstart::error::{Code, Error, Result};
use headstart::sys::interrupt::Interrupts;
use headstart::sys::spawn::{Launch, Spawned, Spawner};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};

/// What launchers are started with.
#[derive(Debug)]
pub(super) struct Starter {
    spawner: Spawner,
    interrupts: Arc<Interrupts>,
}

/// Launchers take what the platform takes: what is too large for it, it says itself.
fn limits() -> Limits {
    Limits::new(frame::CEILING_MAX_PAYLOAD)
}

impl Starter {
    pub(super) fn new(interrupts: Arc<Interrupts>) -> Result<Self> {
        let spawner = Spawner::new().map_err(|error| failed(&error))?;
        Ok(Self { spawner, interrupts })
    }

    /// A launcher that waits for its function.
    pub(super) fn stem(&self, program: &Program, settings: &Settings) -> Outcome<Worker> {
        self.start(program, settings, Role::Worker, None)
    }

    /// One that has imported the function's module and forks others.
    pub(super) fn zygote(&self, program: &Program, settings: &Settings) -> Outcome<Zygote> {
        let module = settings.handler.rsplit_once('.').map_or("", |(module, _)| module).replace('/', ".");
        let path = Some(settings.package.display().to_string());
        let preload = Preload { modules: vec![module], path, ..Preload::default() };
        let worker = self.start(program, settings, Role::Zygote, Some(preload))?;
        Ok(Zygote { worker, interrupts: Arc::clone(&self.interrupts) })
    }

    fn start(&self, program: &Program, settings: &Settings, role: Role, preload: Option<Preload>) -> Outcome<Worker> {
        let (near, far) = UnixStream::pair().map_err(|error| failed(&error))?;
        let process = self.spawn(program, settings, far.into())?;
        let channel = Channel::of_host(near, Session::new(role), limits());
        let mut worker = Worker::new(channel, Some(process), Arc::clone(&self.interrupts));
        let frame = worker.answer()?;
        let hello: Hello = message::decode(frame.kind, &frame.body)?;
        let version = negotiate(&hello.versions).ok_or_else(|| {
            Error::new(Code::VersionUnsupported, "greet the launcher", format!("it speaks {:?}", hello.versions))
        })?;
        let welcome = Welcome { version, role, max_payload: limits().max_payload(), preload, places: false };
        let ready = worker.ask(Kind::Welcome, &message::encode(&welcome))?;
        let ready = ready.map_err(|failure| Error::new(Code::BadBody, "greet the launcher", failure.message))?;
        warn(&ready);
        Ok(worker)
    }

    fn spawn(&self, program: &Program, settings: &Settings, socket: OwnedFd) -> Result<Process> {
        let [stdout, stderr] = outputs(settings).map_err(|error| failed(&error))?;
        let mut variables = environment::all();
        search_path::add_layers(&mut variables, program);
        let launch = Launch {
            program: program.interpreter.clone(),
            arguments: program.arguments.clone(),
            environment: variables,
            directory: settings.package.clone(),
            socket: Some(socket),
            stdout,
            stderr,
            for_snapshot: false,
        };
        let (tell, told) = mpsc::channel();
        self.spawner.spawn(launch, move |outcome| drop(tell.send(outcome)));
        let spawned = told.recv().unwrap_or_else(|_| Err(io::Error::other("the spawner is gone")));
        let Spawned { pid, watched } =
            spawned.map_err(|error| failed(&error).with("program", program.interpreter.display()))?;
        Ok(Process { pid, watched })
    }
}

/// A launcher that forks others.
#[derive(Debug)]
pub(super) struct Zygote {
    worker: Worker,
    interrupts: Arc<Interrupts>,
}

impl Zygote {
    /// A child, which waits for its function.
    pub(super) fn fork(&mut self, settings: &Settings) -> Outcome<Worker> {
        let (near, far) = UnixStream::pair().map_err(|error| failed(&error))?;
        let [stdout, stderr] = outputs(settings).map_err(|error| failed(&error))?;
        let request = self.worker.next_request();
        let passed = [far.as_fd(), stdout.as_fd(), stderr.as_fd()];
        self.worker.channel().send_fork(request, &message::encode(&Fork::default()), &passed)?;
        let frame = loop {
            let frame = self.worker.answer()?;
            if frame.kind != Kind::Exited {
                break frame;
            }
        };
        if frame.kind == Kind::Refused {
            let refused: Refused = message::decode(frame.kind, &frame.body)?;
            let code = Code::parse(&refused.code).unwrap_or(Code::ZygoteForkFailed);
            return Err(Ended::Failed(Error::new(code, "fork the function", refused.message)));
        }
        let channel = Channel::of_host(near, Session::forked(Role::Worker), limits());
        Ok(Worker::new(channel, None, Arc::clone(&self.interrupts)))
    }
}

/// Where a launcher's output goes: where this process's goes, or to what the platform gives for each of several.
fn outputs(settings: &Settings) -> io::Result<[OwnedFd; 2]> {
    let connect = |path| UnixStream::connect(path).map(OwnedFd::from);
    match settings.said.log_socket.as_ref().filter(|_| settings.concurrency.is_some()) {
        Some(path) => Ok([connect(path)?, connect(path)?]),
        None => Ok([io::stdout().as_fd().try_clone_to_owned()?, io::stderr().as_fd().try_clone_to_owned()?]),
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(Code::WorkerSpawnFailed, "start the launcher", error.to_string())
}
