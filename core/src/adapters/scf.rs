//! Tencent Cloud's Serverless Cloud Function: workers that are custom runtimes.
//!
//! Source: Tencent Cloud, Serverless Cloud Function, "Custom Runtime".

use super::runtime_api::{Arrivals, Conversing, Dialect, Facts, listen};
use crate::instance::{Command, Subject, Translator, WorkerProtocol};
use crate::package::Language;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "scf";

/// Workers that are custom runtimes: they ask for events, as Lambda's do.
///
/// `command`: what a worker runs. Default: the package's `bootstrap`.
pub fn worker(command: Option<Command>) -> Arc<dyn WorkerProtocol> {
    Arc::new(Scf { command })
}

#[derive(Debug)]
struct Scf {
    command: Option<Command>,
}

impl WorkerProtocol for Scf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn command(&self, _entry: &str, _language: Option<Language>) -> Command {
        self.command.clone().unwrap_or_else(Command::bootstrap)
    }

    fn translator(&self, function: &Subject<'_>) -> io::Result<Translator> {
        let (listener, address) = listen()?;
        let variables = [
            ("SCF_RUNTIME_API", address.ip().to_string()),
            ("SCF_RUNTIME_API_PORT", address.port().to_string()),
            ("_HANDLER", function.entry.to_owned()),
            ("SCF_FUNCTIONNAME", function.name.to_owned()),
            ("USER_CODE_ROOT", function.package.display().to_string()),
        ];
        let environment: BTreeMap<_, _> = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let facts = Facts {
            name: function.name.to_owned(),
            handler: function.entry.to_owned(),
            memory_limit: function.memory_limit,
            ..Facts::default()
        };
        let conversing =
            Conversing { facts, arrivals: Arrivals::Own(listener, address), dialect: Dialect::Scf, connections: None };
        Ok(Translator { environment, speak: Box::new(move |host, pid| Box::pin(conversing.run(host, pid))) })
    }
}
