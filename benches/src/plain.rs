//! The interpreter alone: it imports a handler and calls it, with nothing of Headstart in between.

use headstart::host::FunctionReport;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The first character of the script's own lines.
const SEPARATOR: u8 = 0x1e;

/// One start: until the handler is imported, until the event is answered, and the answer.
#[derive(Debug, Clone)]
pub struct Plain {
    /// From the process to the imported handler.
    pub init: Duration,
    /// The event.
    pub first: Duration,
    /// JSON text.
    pub result: Vec<u8>,
}

/// Runs a Python function once on an event, by the script of `headstart bench`.
pub fn run(function: &FunctionReport, event: &[u8]) -> std::io::Result<Plain> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/src/bench/plain/plain.py");
    let begun = Instant::now();
    let mut child = Command::new(&function.interpreter.program)
        .arg(script)
        .arg(&function.package)
        .arg(&function.entry)
        .env_clear()
        .envs(&function.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let outcome = converse(&mut child, event, begun);
    // It waits for the end of its input, or has failed.
    child.kill()?;
    child.wait()?;
    outcome
}

fn converse(child: &mut std::process::Child, event: &[u8], begun: Instant) -> std::io::Result<Plain> {
    let ended = || std::io::Error::other("the plain arm ended before it answered");
    let mut answers = BufReader::new(child.stdout.take().ok_or_else(ended)?);
    let mut line = || loop {
        let mut line = Vec::new();
        if answers.read_until(b'\n', &mut line)? == 0 {
            return Err(ended());
        }
        if line.first() == Some(&SEPARATOR) {
            return Ok(line[1..].trim_ascii().to_vec());
        }
    };
    line()?;
    let init = begun.elapsed();
    let mut questions = child.stdin.take().ok_or_else(ended)?;
    let asked = Instant::now();
    questions.write_all(&[event, b"\n"].concat())?;
    let result = line()?;
    Ok(Plain { init, first: asked.elapsed(), result })
}
