//! A host with one function on trial, and the directory where the trial keeps what it needs.

use super::event::Event;
use super::options::TrialOptions;
use crate::error::{Code, Error, Result};
use crate::host::{Function, FunctionReport, Request};
use crate::instance::{Interpreter, Timings, trial_scripts};
use crate::package::{Language, Package};
use crate::{FunctionId, Host, Prewarm, Reply};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// How long a worker may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// What the directory for temporary files is called.
const TEMPORARY: &str = "tmp";

/// A function on trial. Dropped, it ends what runs of it.
#[derive(Debug)]
pub(super) struct Session {
    host: Host,
    function: FunctionId,
    timeout: Duration,
    directory: TempDir,
}

impl Session {
    /// Registers the function as it is.
    pub(super) async fn plain(package: &Package, options: &TrialOptions) -> Result<Self> {
        Self::begin(package, options, |function, _| Ok(function)).await
    }

    /// Registers the function with a directory of its own for temporary files, and tells it, unless its environment is
    /// to be exactly that of its starts.
    pub(super) async fn with_own_temporary(package: &Package, options: &TrialOptions, tell: bool) -> Result<Self> {
        let give = |function: Function, directory: &Path| {
            std::fs::create_dir(directory.join(TEMPORARY))?;
            let path = directory.join(TEMPORARY).display().to_string();
            Ok(if tell { function.env("TMPDIR", path) } else { function })
        };
        Self::begin(package, options, give).await
    }

    /// Registers the function with a script around its launcher: `observe`, `profile`.
    pub(super) async fn instrumented(package: &Package, options: &TrialOptions, instrument: &str) -> Result<Self> {
        let language = package.runtime().language();
        let surround = |function: Function, directory: &Path| {
            lay_out(language, directory)?;
            Ok(function.interpreter_arguments(arguments(language, directory, instrument)))
        };
        Self::begin(package, options, surround).await
    }

    async fn begin(
        package: &Package,
        options: &TrialOptions,
        prepare: impl FnOnce(Function, &Path) -> io::Result<Function>,
    ) -> Result<Self> {
        let directory =
            tempfile::Builder::new().prefix("headstart-trial-").tempdir().map_err(|error| failed(&error))?;
        let host = options.host.clone().build().await?;
        let function = prepare(options.function(package)?, directory.path()).map_err(|error| failed(&error))?;
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

    /// The directory for temporary files of [`Session::with_own_temporary`].
    pub(super) fn temporary(&self) -> PathBuf {
        self.directory.path().join(TEMPORARY)
    }

    /// The same, without an event to come; gives what it took.
    pub(super) async fn import_only(&self) -> Result<Timings> {
        self.import().await?;
        Ok(self.report()?.idle.first().and_then(|worker| worker.start).unwrap_or_default())
    }

    /// Hands the function one event; `number` makes its request id, so that every run of it has the same.
    /// What is written afterwards, until nothing was for `settle`, belongs to it.
    pub(super) async fn invoke(&self, number: usize, event: &Event, settle: Duration) -> Result<Reply> {
        let context = serde_json::json!({"request_id": format!("00000000-0000-4000-8000-{number:012}")});
        let request = Request::new(event.payload.clone()).context(context).deadline(self.timeout).settle(settle);
        self.host.invoke_request(&self.function, request).await
    }

    /// Ends the instances at once.
    pub(super) fn drain(&self) -> Result<()> {
        self.host.drain(&self.function)
    }

    /// The program that bakes a function, beside the launcher of its language: of a Python function, what waits of it.
    pub(super) fn bake_script(&self, language: Language) -> PathBuf {
        let program = if language == Language::Node { "bake/index.cjs" } else { "headstart_bake/run.py" };
        let launcher = self.host.launchers().script(language);
        launcher.parent().unwrap_or(Path::new("/")).join(program)
    }

    /// Where the host lays out parts of images.
    pub(super) fn images(&self) -> PathBuf {
        self.host.launchers().images().to_owned()
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
    Ok(Session::plain(package, options).await?.report()?.interpreter)
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
