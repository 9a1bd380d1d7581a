//! Apache OpenWhisk: workers that are action runtimes.
//!
//! Source: apache/openwhisk, docs/actions-new.md, "Action interface".

use super::http_worker::{Call, Function, HttpWorker, Manner, Sent, posted};
use super::speaking::plain;
use crate::bootstrap::message::Failure;
use crate::error::Code;
use crate::instance::{Command, Subject, WorkerProtocol};
use crate::package::Entry;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::response::Parts;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "openwhisk";

/// What ends an event's part of a log, on both streams.
pub(super) const LOG_END: &str = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n";
const JSON: &str = "application/json";
/// Bytes of the largest action (OpenWhisk, "System limits").
const MOST_CODE: u64 = 48 << 20;

/// Workers that are action runtimes: `/init` hands them the entry's file, `/run` an event. Results have to be objects.
///
/// A runtime has to listen on the port that `PORT` and `PROXY_PORT` name. The lines that it writes after each event to tell
/// that its log is complete are no part of the output.
///
/// `command`: what a worker runs. Default: the entry's file, by the language's interpreter; else the package's `bootstrap`.
pub fn worker(command: Option<Command>) -> Arc<dyn WorkerProtocol> {
    Arc::new(HttpWorker::new(OpenWhisk, command))
}

#[derive(Debug)]
struct OpenWhisk;

impl Manner for OpenWhisk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn log_end(&self) -> Option<&'static str> {
        Some(LOG_END)
    }

    fn environment(&self, function: &Subject<'_>, port: u16) -> Vec<(&'static str, String)> {
        vec![
            ("PORT", port.to_string()),
            ("PROXY_PORT", port.to_string()),
            ("__OW_ACTION_NAME", format!("/_/{}", function.name)),
            ("__OW_NAMESPACE", "_".to_owned()),
        ]
    }

    fn initialize(&self, function: &Function) -> Result<Vec<Sent>, String> {
        let entry = function.entry.parse::<Entry>().ok();
        let main = entry.as_ref().map_or("main", Entry::attribute);
        let (code, is_binary) = match &entry {
            Some(entry) => code(&function.package, entry.module())?,
            // A runtime that is the action itself is given nothing.
            None => (String::new(), false),
        };
        let value = json!({"name": function.name, "main": main, "code": code, "binary": is_binary, "env": {}});
        Ok(vec![posted("/init", JSON, json!({"value": value}).to_string())])
    }

    fn is_initialized(&self, parts: &Parts, body: &[u8]) -> Option<Result<(), Box<Failure>>> {
        Some(if parts.status.is_success() { Ok(()) } else { Err(error(Code::ImportFailed, body)) })
    }

    fn invoke(&self, function: &Function, call: &Call) -> Result<Sent, String> {
        let event: Value = serde_json::from_slice(&call.event).map_err(|error| error.to_string())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let text = |name: &str, other: &str| call.context[name].as_str().unwrap_or(other).to_owned();
        let run = json!({
            "value": event,
            "namespace": "_",
            "action_name": format!("/_/{}", function.name),
            "activation_id": call.id,
            "transaction_id": text("trace_id", &call.id),
            "deadline": (now + Duration::from_micros(call.budget_us)).as_millis().to_string(),
        });
        Ok(posted("/run", JSON, run.to_string()))
    }

    fn result(&self, _: &Call, parts: &Parts, body: &[u8]) -> Result<Vec<u8>, Box<Failure>> {
        if !parts.status.is_success() {
            return Err(error(Code::FunctionRaised, body));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(_) | Value::Array(_)) => Ok(body.to_vec()),
            _ => Err(plain(Code::ResultNotJson, "the action did not return an object")),
        }
    }
}

/// The text of the module's file, or an archive in base64; and whether it is one.
fn code(package: &Path, module: &str) -> Result<(String, bool), String> {
    let at = |extension: &&str| package.join(format!("{module}.{extension}"));
    let text = ["py", "js", "mjs", "php", "rb", "go", "swift"].iter().map(at).find(|path| path.is_file());
    let archive = ["zip", "jar"].iter().map(at).find(|path| path.is_file());
    let is_binary = text.is_none();
    let path = text.or(archive).ok_or_else(|| format!("the package has no file for the module {module}"))?;
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if std::fs::metadata(&path).map_err(told)?.len() > MOST_CODE {
        return Err(format!("{} is larger than {MOST_CODE} bytes", path.display()));
    }
    let bytes = std::fs::read(&path).map_err(told)?;
    if is_binary {
        Ok((STANDARD.encode(bytes), true))
    } else {
        Ok((String::from_utf8_lossy(&bytes).into_owned(), false))
    }
}

/// `{"error": …}`, text or anything else.
fn error(code: Code, body: &[u8]) -> Box<Failure> {
    let told: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let message = match &told["error"] {
        Value::Null => String::from_utf8_lossy(body).into_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    plain(code, message)
}
