//! Instances of one function, as many as handle events at once, each with a connection of its own.
//!
//! Python imports the function once, in a zygote, and forks; what cannot be forked is started as often as is needed.

use super::api::RuntimeApi;
use super::fault::Faults;
use super::instance::{Ended, Outcome};
use super::program::Program;
use super::serve::{End, serve};
use super::settings::Settings;
use super::starter::{Starter, Zygote};
use super::worker::Worker;
use headstart::bootstrap::message::Failure;
use headstart::error::Result;
use headstart::package::Language;
use headstart::sys::interrupt::Interrupts;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// Makes instances of one function.
#[derive(Debug)]
pub(super) struct Source<'a> {
    starter: Starter,
    program: Program,
    settings: &'a Settings,
    zygote: Mutex<Option<Zygote>>,
}

impl<'a> Source<'a> {
    /// Forks them where there are to be several and the language can be forked.
    pub(super) fn new(starter: Starter, program: Program, settings: &'a Settings) -> Outcome<Self> {
        let forks = settings.concurrency.is_some() && program.language == Language::Python;
        let zygote = if forks { Some(starter.zygote(&program, settings)?) } else { None };
        Ok(Self { starter, program, settings, zygote: Mutex::new(zygote) })
    }

    /// The first instances; the failure of the first that cannot be made.
    pub(super) fn first(&self) -> Outcome<Result<Vec<Worker>, Failure>> {
        let count = self.settings.concurrency.unwrap_or(1);
        let mut workers = Vec::with_capacity(count);
        for _ in 0..count {
            match self.make()? {
                Ok(worker) => workers.push(worker),
                Err(failure) => return Ok(Err(failure)),
            }
        }
        Ok(Ok(workers))
    }

    /// One more.
    fn make(&self) -> Outcome<Result<Worker, Failure>> {
        let mut worker = match self.forked()? {
            Some(worker) => worker,
            None => self.starter.stem(&self.program, self.settings)?,
        };
        Ok(worker.specialize(self.settings)?.map(|()| worker))
    }

    /// A child of the zygote, where there is one; one that does not fork is not asked again.
    fn forked(&self) -> Outcome<Option<Worker>> {
        let mut zygote = self.zygote.lock().unwrap_or_else(PoisonError::into_inner);
        let why = match zygote.as_mut().map(|it| it.fork(self.settings)) {
            None => return Ok(None),
            Some(Ok(worker)) => return Ok(Some(worker)),
            Some(Err(Ended::Interrupted)) => return Err(Ended::Interrupted),
            Some(Err(Ended::Failed(error))) => format!("failed to {error}"),
            Some(Err(Ended::Exited(exit))) => format!("the zygote has ended: {exit}"),
        };
        crate::say(&format!("{why}; the function is started anew for each event that is handled at once"));
        *zygote = None;
        Ok(None)
    }

    /// Serves with all instances until the platform ends it; one whose process ends is replaced.
    pub(super) fn serve(
        &self,
        workers: Vec<Worker>,
        faults: &Faults,
        interrupts: &Arc<Interrupts>,
    ) -> Result<ExitCode> {
        let ends: Vec<Result<End>> = std::thread::scope(|scope| {
            let one = |worker| scope.spawn(move || self.serve_one(worker, faults, Arc::clone(interrupts)));
            let threads: Vec<_> = workers.into_iter().map(one).collect();
            // A panic has been told where it happened.
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        let mut code = ExitCode::SUCCESS;
        for end in ends {
            code = match end? {
                End::Interrupted => code,
                exited @ End::Exited { .. } => exited.code(),
            };
        }
        Ok(code)
    }

    fn serve_one(&self, mut worker: Worker, faults: &Faults, interrupts: Arc<Interrupts>) -> Result<End> {
        let mut api = RuntimeApi::new(self.settings, interrupts);
        loop {
            let end = serve(&mut api, &mut worker, faults)?;
            match end {
                // One that does not even take an event would end again.
                End::Exited { served: 1.., .. } => match self.make() {
                    Ok(Ok(another)) => worker = another,
                    _ => return Ok(end),
                },
                _ => return Ok(end),
            }
        }
    }
}
