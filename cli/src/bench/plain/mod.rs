//! The plain arm: the interpreter imports the handler and calls it, with nothing of Headstart in between.
//!
//! The program says `ready` once the handler is imported, takes one event on standard input and answers with
//! its result; its lines begin with a record separator, so that what the function prints is told apart.

use super::peer::Peer;
use super::row::Run;
use headstart::host::FunctionReport;
use headstart::sys::memory::Memory;
use headstart::{Code, Error};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const PYTHON: &str = include_str!("plain.py");
const NODE: &str = include_str!("plain.cjs");
/// The first character of the program's own lines.
const SEPARATOR: u8 = 0x1e;

/// How to start the plain arm of one function.
#[derive(Debug)]
pub(crate) struct Plain {
    program: PathBuf,
    arguments: Vec<PathBuf>,
    environment: BTreeMap<String, String>,
    /// Holds the script.
    _directory: Option<tempfile::TempDir>,
}

impl Plain {
    /// For the function that the host reports.
    pub(crate) fn new(function: &FunctionReport) -> Result<Self, Error> {
        let directory = tempfile::tempdir().map_err(|error| failed(&error))?;
        let script = directory.path().join("plain");
        let mut arguments: Vec<PathBuf> = function.interpreter.arguments().iter().map(PathBuf::from).collect();
        arguments.push(match function.language {
            "python" => lay_out(&script.with_extension("py"), PYTHON)?,
            "nodejs" => lay_out(&script.with_extension("cjs"), NODE)?,
            _ => "--plain".into(),
        });
        arguments.extend([function.package.clone(), function.entry.clone().into()]);
        let (program, environment) = (function.interpreter.program.clone(), function.environment.clone());
        Ok(Self { program, arguments, environment, _directory: Some(directory) })
    }

    /// A peer that is run on the same function.
    pub(crate) fn of_peer(function: &FunctionReport, peer: &Peer) -> Self {
        let mut environment = function.environment.clone();
        environment.extend(peer.environment.clone());
        let arguments = peer.arguments.iter().map(PathBuf::from).collect();
        Self { program: peer.program.clone(), arguments, environment, _directory: None }
    }

    /// Runs it once.
    pub(crate) fn run(&self, event: &[u8], timeout: Duration) -> Result<Run, Error> {
        let begun = Instant::now();
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut running = Running(child.map_err(|error| failed(&error))?);
        let watchdog = watchdog(running.0.id(), timeout)?;
        let mut answers = BufReader::new(running.0.stdout.take().ok_or_else(ended)?);
        let mut questions = running.0.stdin.take().ok_or_else(ended)?;
        line(&mut answers)?;
        let init_us = micros(begun);
        let asked = Instant::now();
        questions.write_all(&[event, b"\n"].concat()).map_err(|error| failed(&error))?;
        let result = line(&mut answers)?;
        let first_us = micros(asked);
        let memory = Memory::of(running.0.id()).unwrap_or_default();
        drop(watchdog);
        Ok(Run { init_us, first_us, memory, result })
    }
}

/// A process that is killed when it is of no more use.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kills a process that takes too long, unless what is returned is dropped before.
fn watchdog(pid: u32, timeout: Duration) -> Result<mpsc::Sender<()>, Error> {
    let (tell, told) = mpsc::channel::<()>();
    let watched = headstart::sys::process::watch(pid).map_err(|error| failed(&error))?;
    std::thread::spawn(move || {
        if told.recv_timeout(timeout) == Err(mpsc::RecvTimeoutError::Timeout) {
            // It may have ended meanwhile.
            let _ = headstart::sys::process::kill_watched(&watched);
        }
    });
    Ok(tell)
}

fn lay_out(path: &Path, text: &str) -> Result<PathBuf, Error> {
    std::fs::write(path, text).map_err(|error| failed(&error))?;
    Ok(path.to_owned())
}

/// The program's next line, past whatever the function prints.
fn line(answers: &mut BufReader<ChildStdout>) -> Result<Vec<u8>, Error> {
    loop {
        let mut line = Vec::new();
        if answers.read_until(b'\n', &mut line).map_err(|error| failed(&error))? == 0 {
            return Err(ended());
        }
        if line.first() == Some(&SEPARATOR) {
            return Ok(line[1..].trim_ascii().to_vec());
        }
    }
}

fn ended() -> Error {
    Error::new(Code::WorkerExited, "run the plain arm", "its process ended before it answered")
        .hint("run the function with `headstart run` to see what it writes")
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(Code::WorkerSpawnFailed, "run the plain arm", error.to_string())
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
