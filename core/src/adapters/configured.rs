//! From a function's configuration to the protocol that it names.

use crate::config::FunctionConfig;
use crate::error::{Code, Error, Result};
use crate::host::Function;
use crate::instance::{Command, WorkerProtocol};
use std::path::Path;
use std::sync::Arc;

/// The protocol of workers that have a launcher of ours.
const OWN: &str = "bootstrap";

/// The function at `directory` as its own configuration describes it, with the protocol that this names.
///
/// Fails with `config.invalid`, also where the protocol is none of those that are compiled in.
///
/// ```no_run
/// let function = headstart::adapters::function("fn/report")?;
/// # Ok::<(), headstart::Error>(())
/// ```
pub fn function(directory: impl AsRef<Path>) -> Result<Function> {
    let directory = directory.as_ref();
    configured(directory, FunctionConfig::load(directory)?)
}

/// The same with the configuration that was read there.
pub(super) fn configured(directory: &Path, mut config: FunctionConfig) -> Result<Function> {
    let mut words = std::mem::take(&mut config.command).into_iter();
    let command = words.next().map(|program| Command { program: Some(program.into()), arguments: words.collect() });
    let protocol = named(config.protocol.as_deref().unwrap_or(OWN), command, config.snap_start)
        .map_err(|error| error.with("package", directory.display()))?;
    let function = Function::configured(directory, config);
    Ok(match protocol {
        Some(protocol) => function.protocol(protocol),
        None => function,
    })
}

/// The protocol of this name, with what a worker runs where that is not the protocol's own choice; `None` for
/// `bootstrap`, the launchers' own.
///
/// Fails with `config.invalid`.
pub fn protocol(name: &str, command: Option<Command>) -> Result<Option<Arc<dyn WorkerProtocol>>> {
    named(name, command, false)
}

/// The same; `snap_start`: its workers are to start from snapshots, as all of our own may.
fn named(name: &str, command: Option<Command>, snap_start: bool) -> Result<Option<Arc<dyn WorkerProtocol>>> {
    match (name, command) {
        (OWN, _) => Ok(None),
        #[cfg(feature = "runtime-api")]
        (super::runtime_api::NAME, command) => Ok(Some(lambda(command, snap_start))),
        _ if snap_start => {
            let text = format!("there are no snapshots with the protocol {name}, snap_start has to be false");
            Err(Error::new(Code::ConfigInvalid, "find the protocol", text).hint("leave it out"))
        }
        #[cfg(feature = "platforms")]
        (super::fission::NAME, command) => Ok(Some(super::fission::worker(command))),
        #[cfg(feature = "platforms")]
        (super::function_compute::NAME, command) => Ok(Some(super::function_compute::worker(command))),
        #[cfg(feature = "platforms")]
        (super::functions_framework::NAME, command) => Ok(Some(super::functions_framework::worker(command))),
        #[cfg(feature = "platforms")]
        (super::knative::NAME, command) => Ok(Some(super::knative::worker(command))),
        #[cfg(feature = "platforms")]
        (super::openwhisk::NAME, command) => Ok(Some(super::openwhisk::worker(command))),
        #[cfg(feature = "platforms")]
        (super::scf::NAME, command) => Ok(Some(super::scf::worker(command))),
        _ => {
            let error = Error::new(Code::ConfigInvalid, "find the protocol", format!("there is none named {name:?}"));
            Err(error.hint("the names are in docs/reference/platforms.md"))
        }
    }
}

#[cfg(feature = "runtime-api")]
fn lambda(command: Option<Command>, snap_start: bool) -> Arc<dyn WorkerProtocol> {
    let mut api = super::runtime_api::RuntimeApi::new();
    if let Some(command) = command {
        api = api.command(command);
    }
    Arc::new(if snap_start { api.snap_start() } else { api })
}
