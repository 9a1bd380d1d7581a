//! Having the function's interpreter run a program of ours, outside of a worker.

use super::options::BakeOptions;
use super::report::unsound;
use crate::error::{Code, Error, Result};
use crate::host::FunctionReport;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// How long a program may take: it runs the function many times.
const TIMEOUT: Duration = Duration::from_mins(15);

/// Writes the events into files of a directory, which is made; gives their paths.
pub(super) fn write_events(options: &BakeOptions, out: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(out).map_err(|error| failed(&error))?;
    let mut files = Vec::new();
    for (number, event) in options.trial.events.iter().enumerate() {
        let file = out.join(format!("event-{number:05}.json"));
        std::fs::write(&file, &event.payload).map_err(|error| failed(&error))?;
        files.push(file);
    }
    Ok(files)
}

/// Runs a script in the interpreter, place and environment of a function, with an order on standard input; gives what
/// it wrote to standard output. `preload.bake_failed` where it fails, with what it wrote to standard error.
pub(super) async fn run(function: &FunctionReport, script: &Path, order: &Value) -> Result<Vec<u8>> {
    let mut command = tokio::process::Command::new(&function.interpreter.program);
    command.args(function.interpreter.arguments()).arg(script);
    command.current_dir(&function.package).env_clear().envs(&function.environment);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // What it starts ends with it.
    command.process_group(0);
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    let group = child.id();
    if let Some(mut stdin) = child.stdin.take() {
        // That it does not listen shows in how it ends.
        let _ = stdin.write_all(order.to_string().as_bytes()).await;
    }
    let ended = tokio::time::timeout(TIMEOUT, child.wait_with_output()).await;
    let _ = group.map(crate::sys::process::kill_group);
    let output = ended.map_err(|_| unsound("it took longer than 15 minutes"))?.map_err(|error| failed(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(unsound(&format!("{}: {}", output.status, words.trim())))
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(Code::SystemIo, "bake the function", error.to_string())
}
