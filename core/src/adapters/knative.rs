//! Knative: workers that are plain HTTP servers, as in a container of Knative Serving.
//!
//! Source: Knative, "Runtime contract".

use super::http_worker::{HttpWorker, Manner};
use crate::instance::{Command, Subject, WorkerProtocol};
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

#[derive(Debug)]
struct Knative;

impl Manner for Knative {
    fn name(&self) -> &'static str {
        NAME
    }

    fn environment(&self, function: &Subject<'_>, port: u16) -> Vec<(&'static str, String)> {
        let name = function.name.to_owned();
        vec![
            ("PORT", port.to_string()),
            ("K_SERVICE", name.clone()),
            ("K_CONFIGURATION", name.clone()),
            ("K_REVISION", name),
        ]
    }
}
