//! Knative: workers that are plain HTTP servers, as in a container of Knative Serving.
//!
//! Source: Knative, "Runtime contract".

use super::http_worker::{HttpWorker, Manner};
use crate::instance::{Command, Subject, WorkerProtocol};
use crate::package::Language;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "knative";

/// Workers that listen on `PORT`, and end in order on SIGTERM. They are given events as
/// [`http::request`](super::http::request) puts them.
///
/// `command`: what a worker runs. Default: the entry's file, by the language's interpreter; else the package's `bootstrap`.
pub fn worker(command: Option<Command>) -> Arc<dyn WorkerProtocol> {
    Arc::new(HttpWorker::new(Knative, command))
}

/// The entry's file, by its language's interpreter; else the package's `bootstrap`.
pub(super) fn entry_file(entry: &str, language: Option<Language>) -> Command {
    let module = entry.rsplit_once('.').map_or(entry, |(module, _)| module);
    match language {
        Some(Language::Python) => {
            Command { program: None, arguments: vec![format!("{}.py", module.replace('.', "/"))] }
        }
        // Node finds out which extension it is.
        Some(Language::Node) => Command { program: None, arguments: vec![format!("./{module}")] },
        _ => Command { program: Some("bootstrap".into()), arguments: Vec::new() },
    }
}

#[derive(Debug)]
struct Knative;

impl Manner for Knative {
    fn name(&self) -> &'static str {
        NAME
    }

    fn command(&self, entry: &str, language: Option<Language>) -> Command {
        entry_file(entry, language)
    }

    fn environment(&self, function: &Subject<'_>, port: u16) -> BTreeMap<String, String> {
        let name = function.name.to_owned();
        let variables = [
            ("PORT", port.to_string()),
            ("K_SERVICE", name.clone()),
            ("K_CONFIGURATION", name.clone()),
            ("K_REVISION", name),
        ];
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
