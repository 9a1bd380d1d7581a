//! From the platform's first word to the last event.

use super::api::RuntimeApi;
use super::concurrent::Source;
use super::fault::{self, Fault, Faults};
use super::instance::{Ended, Instance};
use super::library::{self, Library};
use super::original::Original;
use super::program::{self, Program};
use super::serve::serve;
use super::settings::Settings;
use super::snap_start;
use super::starter::Starter;
use super::worker::Worker;
use headstart::error::{Code, Error, Result};
use headstart::package::Language;
use headstart::preload::Reads;
use headstart::sys::interrupt::Interrupts;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs as a runtime of AWS Lambda. Arguments: none, the handler, or the command of the runtime in whose place it stands.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (handler, original) = Original::read(arguments);
    let outcome = Settings::read(handler).and_then(|settings| live(&settings, original.as_ref()));
    outcome.unwrap_or_else(|error| match &original {
        Some(original) if error.code() != Code::RuntimeApiFailed => step_aside(original, &error.to_string()),
        _ => crate::complain(&error, 1),
    })
}

/// What handles events.
enum Running<'a> {
    Library(Library),
    Launchers(Box<Source<'a>>, Vec<Worker>),
}

/// Why the function does not run.
enum Refusal {
    Fault(Box<Fault>, ExitCode),
    Interrupted,
}

impl From<Ended> for Refusal {
    fn from(ended: Ended) -> Self {
        let code = match ended {
            Ended::Interrupted => return Refusal::Interrupted,
            Ended::Exited(exit) => fault::exit_code(exit),
            Ended::Failed(_) => ExitCode::FAILURE,
        };
        Refusal::Fault(Box::new(Fault::of_end(&ended, None)), code)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Fault(Box::new(fault), ExitCode::FAILURE)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let name = match error.code() {
            Code::EntryNotFound => "ImportModuleError",
            Code::EntryInvalid => "MalformedHandlerName",
            _ => return Fault::of_error(&error).into(),
        };
        Fault::runtime(name, error.message()).into()
    }
}

fn live(settings: &Settings, original: Option<&Original>) -> Result<ExitCode> {
    let interrupts = Interrupts::hold()
        .map_err(|error| Error::new(Code::SystemIo, "wait for signals", error.to_string()).caused_by(error))?;
    let interrupts = Arc::new(interrupts);
    let mut api = RuntimeApi::new(settings, Arc::clone(&interrupts));
    match (begin(settings, original, &interrupts), original) {
        (Ok((running, faults)), _) => go_on(running, &mut api, settings, &faults, &interrupts),
        (Err(Refusal::Interrupted), _) => Ok(ExitCode::SUCCESS),
        (Err(Refusal::Fault(fault, _)), Some(original)) => Ok(step_aside(original, &fault.to_string())),
        (Err(Refusal::Fault(fault, code)), None) => {
            fault.tell("");
            api.init_error(&fault, None).map(|()| code)
        }
    }
}

/// Starts the function.
fn begin<'a>(
    settings: &'a Settings,
    original: Option<&Original>,
    interrupts: &Arc<Interrupts>,
) -> Result<(Running<'a>, Faults), Refusal> {
    let runtime = program::runtime(settings, original)?;
    let faults = Faults { language: runtime.language(), handler: settings.handler.clone() };
    if runtime.language() == Language::Native {
        let library = Library::load(settings).map_err(|error| faults.of_start(&library::failure(&error)))?;
        return Ok((Running::Library(library), faults));
    }
    read_ahead(settings);
    let program = Program::find(settings, runtime, original)?;
    let source = Source::new(Starter::new(Arc::clone(interrupts))?, program, settings)?;
    let workers = source.first()?.map_err(|failure| faults.of_start(&failure))?;
    Ok((Running::Launchers(Box::new(source), workers), faults))
}

/// Has the kernel read what the start will, while the interpreter begins.
fn read_ahead(settings: &Settings) {
    if let Some(image) = settings.image.clone() {
        let package = settings.package.clone();
        std::thread::spawn(move || Reads::at(&image, &package).bring());
    }
}

fn go_on(
    running: Running<'_>,
    api: &mut RuntimeApi,
    settings: &Settings,
    faults: &Faults,
    interrupts: &Arc<Interrupts>,
) -> Result<ExitCode> {
    match running {
        Running::Library(mut library) => serve_alone(api, &mut library, settings, faults),
        Running::Launchers(source, mut workers) => match &mut workers[..] {
            [alone] => serve_alone(api, alone, settings, faults),
            _ => source.serve(workers, faults, interrupts),
        },
    }
}

fn serve_alone(
    api: &mut RuntimeApi,
    instance: &mut dyn Instance,
    settings: &Settings,
    faults: &Faults,
) -> Result<ExitCode> {
    if settings.is_snap_start
        && let Some(code) = snap_start::pass(api, instance, faults)?
    {
        return Ok(code);
    }
    api.ready()?;
    serve(api, instance, faults).map(super::serve::End::code)
}

/// Lets the runtime run in whose place this one was started: what it cannot run either, it tells itself.
fn step_aside(original: &Original, why: &str) -> ExitCode {
    crate::say(&format!("the function runs without Headstart: {why}"));
    crate::complain(&original.take_over(), crate::EXIT_NOT_STARTED)
}
