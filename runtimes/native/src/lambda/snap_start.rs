//! Snapshot start: hooks before the platform takes its snapshot of this process, and after it has restored one.
//!
//! As AWS's own clients have it ("Implement code before or after Lambda function snapshots", AWS Lambda developer guide).

use super::api::RuntimeApi;
use super::fault::{Fault, Faults};
use super::instance::{Instance, Outcome};
use headstart::bootstrap::Kind;
use headstart::bootstrap::message::Failure;
use headstart::error::Result;
use std::process::ExitCode;

/// The exit code where the snapshot cannot be taken.
const EXIT_BEFORE: u8 = 64;
/// The exit code where the function cannot go on after the restore.
const EXIT_AFTER: u8 = 65;
/// What the platform is told of a hook before the snapshot that failed.
const BEFORE: &str = "Runtime.BeforeSnapshotError";
/// What it is told of one after the restore.
const AFTER: &str = "Runtime.AfterRestoreError";

/// Goes through snapshot and restore; the exit code where that failed.
pub(super) fn pass(api: &mut RuntimeApi, instance: &mut dyn Instance, faults: &Faults) -> Result<Option<ExitCode>> {
    if let Some(fault) = failed(instance.run_hooks(Kind::BeforeSnapshot), faults) {
        fault.tell("");
        api.init_error(&fault, Some(BEFORE))?;
        return Ok(Some(EXIT_BEFORE.into()));
    }
    if let Err(error) = api.restore_next() {
        crate::say(&format!("failed to {error}"));
        api.init_error(&Fault::of_error(&error), Some(BEFORE))?;
        return Ok(Some(EXIT_BEFORE.into()));
    }
    if let Some(fault) = failed(instance.run_hooks(Kind::AfterRestore), faults) {
        fault.tell("");
        api.restore_error(&fault, AFTER)?;
        return Ok(Some(EXIT_AFTER.into()));
    }
    Ok(None)
}

/// The first failure; the hooks after it have run all the same.
fn failed(outcome: Outcome<Vec<Failure>>, faults: &Faults) -> Option<Fault> {
    match outcome {
        Ok(failures) => failures.first().map(|failure| faults.of_hook(failure)),
        Err(ended) => Some(Fault::of_end(&ended, None)),
    }
}
