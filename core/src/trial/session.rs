//! A host with one function on trial, and the directory where the trial keeps what it needs.

use super::event::Event;
use super::options::TrialOptions;
use crate::error::{Code, Error, Result};
use crate::host::{FunctionReport, Request};
use crate::instance::{Interpreter, trial_scripts};
use crate::package::{Language, Package};
use crate::{FunctionId, Host, Prewarm, Reply};
use std::io;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// How long a worker may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// A function on trial. Dropped, it ends what runs of it.
#[derive(Debug)]
pub(super) struct Session {
    host: Host,
    function: FunctionId,
    timeout: Duration,
    directory: TempDir,
}

impl Session {
    /// Registers the function. `instrument` names the script that is to stand around the launcher:
    /// `observe`, `profile`.
    pub(super) async fn begin(package: &Package, options: &TrialOptions, instrument: Option<&str>) -> Result<Self> {
        let directory =
            tempfile::Builder::new().prefix("headstart-trial-").tempdir().map_err(|error| failed(&error))?;
        let host = options.host.clone().build().await?;
        let mut function = options.function(package)?;
        if let Some(instrument) = instrument {
            let language = package.runtime().language();
            lay_out(language, directory.path()).map_err(|error| failed(&error))?;
            function = function.interpreter_arguments(arguments(language, directory.path(), instrument));
        }
        let function = host.register(function).await?;
        Ok(Self { host, function, timeout: options.timeout, directory })
    }

    /// The directory of this trial; the scripts write into it.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Has an instance ready that has run its `prewarm` hooks.
    pub(super) async fn import(&self) -> Result<()> {
        self.host.prewarm(&self.function, Prewarm::warm(1)).await
    }

    /// Hands the function one event.
    pub(super) async fn invoke(&self, event: &Event) -> Result<Reply> {
        self.host.invoke_request(&self.function, Request::new(event.payload.clone()).deadline(self.timeout)).await
    }

    /// What runs of the function.
    pub(super) fn report(&self) -> Result<FunctionReport> {
        self.host.report(&self.function)
    }

    /// Ends the instances in an orderly way; the directory stays as long as this value.
    pub(super) async fn end(&self) {
        self.host.stop(GRACE).await;
    }
}

/// The interpreter that a function would get.
///
/// Fails with `runtime.*`, and with what a host refuses a function with.
pub async fn interpreter(package: &Package, options: &TrialOptions) -> Result<Interpreter> {
    Ok(Session::begin(package, options, None).await?.report()?.interpreter)
}

/// Copies the scripts: each of them finds its record beside itself.
fn lay_out(language: Language, directory: &Path) -> io::Result<()> {
    for (name, content) in trial_scripts(language) {
        std::fs::write(directory.join(name), content)?;
    }
    Ok(())
}

/// What stands between the interpreter and the launcher.
fn arguments(language: Language, directory: &Path, instrument: &str) -> Vec<String> {
    let script = |extension: &str| directory.join(instrument).with_extension(extension).display().to_string();
    match language {
        Language::Python => vec![script("py")],
        // Unlike a script of its own, this is handed on to worker threads and to forked processes.
        Language::Node => vec!["--require".into(), script("cjs")],
        Language::Native => Vec::new(),
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(Code::SystemIo, "make the directory of the trial", error.to_string())
}
