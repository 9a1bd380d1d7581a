//! Google's Functions Framework: workers that run it, for HTTP functions and CloudEvents.
//!
//! Source: GoogleCloudPlatform/functions-framework, "Functions Framework contract".

use super::http_worker::{HttpWorker, Manner};
use crate::instance::{Command, Subject, WorkerProtocol};
use crate::package::{Entry, Language};
use std::sync::Arc;

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "functions-framework";

/// The framework's program for Node, in the package.
const MAIN: &str = "node_modules/@google-cloud/functions-framework/build/src/main.js";

/// Workers that run the framework. They are given events as [`http::request`](super::http::request) puts them; of which kind
/// a function is, `FUNCTION_SIGNATURE_TYPE` says in its environment (`http`, where it is not there).
///
/// `command`: what a worker runs. Default: for Python `python -m functions_framework`, for Node
/// `node node_modules/@google-cloud/functions-framework/build/src/main.js`, with the package's own copies; else the
/// package's `bootstrap`.
pub fn worker(command: Option<Command>) -> Arc<dyn WorkerProtocol> {
    Arc::new(HttpWorker::new(Framework, command))
}

#[derive(Debug)]
struct Framework;

impl Manner for Framework {
    fn name(&self) -> &'static str {
        NAME
    }

    fn command(&self, _entry: &str, language: Option<Language>) -> Command {
        match language {
            Some(Language::Python) => Command::interpreted(["-m", "functions_framework"]),
            Some(Language::Node) => Command::interpreted([MAIN]),
            _ => Command::bootstrap(),
        }
    }

    fn environment(&self, function: &Subject<'_>, port: u16) -> Vec<(&'static str, String)> {
        let entry = function.entry.parse::<Entry>().ok();
        let target = entry.as_ref().map_or(function.entry, Entry::attribute);
        let source = entry.as_ref().and_then(|entry| {
            let names = ["py", "js", "mjs", "cjs"].map(|extension| format!("{}.{extension}", entry.module()));
            names.into_iter().find(|name| function.package.join(name).is_file())
        });
        let variables = [
            ("PORT", port.to_string()),
            ("HOST", "127.0.0.1".to_owned()),
            ("FUNCTION_TARGET", target.to_owned()),
            ("K_SERVICE", function.name.to_owned()),
        ];
        variables.into_iter().chain(source.map(|source| ("FUNCTION_SOURCE", source))).collect()
    }
}
