//! From what was typed to a function and an event.

use crate::arguments::TargetArguments;
use crate::{NATIVE_LAUNCHER, talk};
use headstart::config::{FunctionConfig, environment};
use headstart::host::{HostBuilder, Request};
use headstart::{Code, Error, Function, Host};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// The host of this command.
pub(crate) fn host() -> HostBuilder {
    let this = std::env::current_exe().unwrap_or_default();
    let beside = this.with_file_name("headstart-native-launcher");
    if environment::native_launcher().is_some() || beside.is_file() {
        Host::builder()
    } else {
        Host::builder().native_launcher(this).native_arguments([NATIVE_LAUNCHER])
    }
}

/// The function that was meant. It sees the environment that its author sees.
pub(crate) fn function(target: &TargetArguments) -> Result<Function, Error> {
    seeing(target, environment::all())
}

/// The function that was meant. It sees what a platform's host passes on, as the functions that a plan is made for.
pub(crate) fn on_platform(target: &TargetArguments) -> Result<Function, Error> {
    seeing(target, BTreeMap::new())
}

fn seeing(target: &TargetArguments, variables: BTreeMap<String, String>) -> Result<Function, Error> {
    let configured = FunctionConfig::load(&target.path)?.environment;
    let mut function = headstart::adapters::function(&target.path)?.envs(variables).envs(configured);
    if let Some(entry) = &target.entry {
        function = function.entry(entry);
    }
    if let Some(runtime) = &target.runtime {
        function = function.runtime(runtime);
    }
    if let Some(interpreter) = &target.interpreter {
        function = function.interpreter(absolute(interpreter)?);
    }
    if let Some(preload) = &target.preload {
        function = function.preload_file(preload);
    }
    if let Some(image) = &target.image {
        function = function.image(image);
    }
    if let Some(bytes) = target.memory_limit {
        function = function.memory_limit(bytes);
    }
    if let Some(timeout) = target.init_timeout {
        function = function.init_timeout(timeout);
    }
    Ok(function.envs(target.environment.iter().cloned()))
}

/// How long a request may take: as typed, else as configured, else 30 seconds.
pub(crate) fn timeout(target: &TargetArguments) -> Result<Duration, Error> {
    Ok(target.timeout.or(FunctionConfig::load(&target.path)?.timeout).unwrap_or(Request::DEFAULT_TIMEOUT))
}

/// The event that was meant; an empty object where none was.
pub(crate) fn event(target: &TargetArguments) -> Result<Vec<u8>, Error> {
    let text = match target.event.as_deref() {
        None => return Ok(b"{}".to_vec()),
        Some("-") => read_stdin()?,
        Some(text) => match text.strip_prefix('@') {
            Some(file) => read_file(Path::new(file))?,
            None => text.as_bytes().to_vec(),
        },
    };
    match serde_json::from_slice::<serde_json::Value>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Error::new(Code::PayloadInvalidJson, "read the event", error.to_string())
            .hint(r#"pass JSON text, @FILE or -: --event '{"name": "world"}'"#)
            .caused_by(error)),
    }
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| {
        Error::new(Code::ConfigInvalid, "read the event", error.to_string())
            .with("file", path.display())
            .caused_by(error)
    })
}

fn read_stdin() -> Result<Vec<u8>, Error> {
    use std::io::IsTerminal;
    let mut bytes = Vec::new();
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        talk::say(b"reading the event from the terminal; end with Ctrl-D\n");
    }
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| Error::new(Code::SystemIo, "read the event", error.to_string()).caused_by(error))?;
    Ok(bytes)
}

pub(crate) fn absolute(path: &Path) -> Result<std::path::PathBuf, Error> {
    std::path::absolute(path)
        .map_err(|error| Error::new(Code::SystemIo, "find the interpreter", error.to_string()).caused_by(error))
}
