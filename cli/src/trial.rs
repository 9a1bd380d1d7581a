//! From what was typed to a function on trial, and its events.

use crate::arguments::{TargetArguments, TrialArguments};
use crate::{in_runtime, talk, target};
use headstart::Error;
use headstart::config::{FunctionConfig, environment};
use headstart::host::Request;
use headstart::instance::Interpreter;
use headstart::package::Package;
use headstart::slim::TraceOptions;
use headstart::trial::{self, Event, Observed, Profile, ProfileOptions, TrialOptions};

/// How the function is run: it sees the environment that its author sees, as with `run`.
pub(crate) fn options(package: &Package, arguments: &TrialArguments) -> Result<TrialOptions, Error> {
    let (mut options, configured) = base(package, &arguments.environment)?;
    options.interpreter = arguments.interpreter.as_deref().map(target::absolute).transpose()?;
    options.init_timeout = arguments.init_timeout;
    options.timeout = arguments.timeout.or(configured.timeout).unwrap_or(Request::DEFAULT_TIMEOUT);
    options.events = events(arguments)?;
    Ok(options)
}

/// How a function is run that was named as a target, on the package's own events.
pub(crate) fn of_target(package: &Package, target: &TargetArguments) -> Result<TrialOptions, Error> {
    let (mut options, _) = base(package, &target.environment)?;
    options.init_timeout = target.init_timeout;
    options.timeout = target::timeout(target)?;
    options.events = trial::own_events(package)?;
    Ok(options)
}

/// Host and environment: that of the command, of the configuration, and what was typed, one over the other.
fn base(package: &Package, typed: &[(String, String)]) -> Result<(TrialOptions, FunctionConfig), Error> {
    let configured = FunctionConfig::load(package.home())?;
    let mut options = TrialOptions::default();
    options.host = target::host();
    options.environment = environment::all();
    options.environment.extend(configured.environment.clone());
    options.environment.extend(typed.iter().cloned());
    Ok((options, configured))
}

/// The same, with the package's own events where none were named: those in its `events` directory.
pub(crate) fn options_with_events(package: &Package, arguments: &TrialArguments) -> Result<TrialOptions, Error> {
    let mut options = options(package, arguments)?;
    if options.events.is_empty() {
        options.events = trial::own_events(package)?;
    }
    Ok(options)
}

/// Profiles the function, with a bar where there is a terminal.
pub(crate) async fn profile(package: &Package, options: &ProfileOptions) -> Result<Profile, Error> {
    let progress = talk::progress(0, "profile");
    let step = |done: u32, all: u32| {
        progress.set_length(all.into());
        progress.set_position(done.into());
    };
    let profiled = trial::profile(package, options, step).await;
    progress.finish_and_clear();
    profiled
}

/// The events that were named.
fn events(arguments: &TrialArguments) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    for path in &arguments.events {
        events.extend(trial::read_events(path)?);
    }
    Ok(events)
}

/// Which events a command runs the function on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Events {
    /// Those that were named; where none was, no code of the function runs.
    Named,
    /// Those that were named, else those of the package.
    Default,
}

/// Runs the function on its events, and adds what was seen to how it is traced; gives the interpreter, where one had
/// to be found.
pub(crate) fn add_observation(
    options: &mut TraceOptions,
    package: &Package,
    arguments: &TrialArguments,
    events: Events,
) -> Result<Option<Interpreter>, Error> {
    let trial = match events {
        Events::Named => self::options(package, arguments)?,
        Events::Default => options_with_events(package, arguments)?,
    };
    let interpreter = if !trial.events.is_empty() {
        let observed = in_runtime(trial::observe(package, &trial))?;
        say_gaps(&observed);
        options.observation = Some(observed.observation);
        Some(observed.interpreter)
    } else if trial.interpreter.is_some() {
        Some(in_runtime(trial::interpreter(package, &trial))?)
    } else {
        None
    };
    options.version = interpreter.as_ref().map(Interpreter::release).or(options.version);
    Ok(interpreter)
}

fn say_gaps(observed: &Observed) {
    for (event, error) in &observed.failures {
        talk::warning(&format!("event {event}: failed to {error}"));
    }
    for gap in &observed.gaps {
        talk::warning(&format!("the observation may miss files: {gap}"));
    }
}
