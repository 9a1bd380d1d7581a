//! Fission: workers that are environments, specialized to a function once.
//!
//! Source: fission/fission, "Environment V2 Fission-Environment API".

use super::http_worker::{Function, HttpWorker, Manner, Sent, posted};
use crate::bootstrap::message::Failure;
use crate::error::Code;
use crate::instance::{Command, Subject, WorkerProtocol};
use http::StatusCode;
use http::response::Parts;
use serde_json::json;
use std::sync::Arc;

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "fission";

/// Workers that are environments: `/v2/specialize` names package and function, `/specialize` where there is only that; then
/// every request is the function's.
///
/// `command`: what a worker runs. Default: the entry's file, by the language's interpreter; else the package's `bootstrap`.
pub fn worker(command: Option<Command>) -> Arc<dyn WorkerProtocol> {
    Arc::new(HttpWorker::new(Fission, command))
}

#[derive(Debug)]
struct Fission;

impl Manner for Fission {
    fn name(&self) -> &'static str {
        NAME
    }

    fn environment(&self, function: &Subject<'_>, port: u16) -> Vec<(&'static str, String)> {
        let package = function.package.display().to_string();
        vec![("RUNTIME_PORT", port.to_string()), ("PORT", port.to_string()), ("USERFUNCVOL", package)]
    }

    fn initialize(&self, function: &Function) -> Result<Vec<Sent>, String> {
        let named = json!({
            "filepath": function.package,
            "functionName": function.entry,
            "url": "",
            "FunctionMetadata": {"name": function.name, "namespace": "default"},
        });
        Ok([("/v2/specialize", named.to_string()), ("/specialize", String::new())]
            .map(|(path, body)| posted(path, "application/json", body))
            .into())
    }

    /// What the first version of environments does not know, it does not find.
    fn is_initialized(&self, parts: &Parts, body: &[u8]) -> Option<Result<(), Box<Failure>>> {
        match parts.status {
            status if status.is_success() => Some(Ok(())),
            StatusCode::NOT_FOUND => None,
            status => {
                let message = format!("it was not specialized, {status}: {}", String::from_utf8_lossy(body));
                Some(Err(super::speaking::plain(Code::ImportFailed, message)))
            }
        }
    }
}
