//! Everything that one event led to, less what differs by nature.

use super::files::Snapshot;
use super::json::map_text;
use super::normal::Normal;
use crate::Reply;
use crate::error::{Error, Output, Result};
use crate::package::Package;
use crate::trial::event::Event;
use crate::trial::options::TrialOptions;
use crate::trial::session::Session;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the launchers and the cold archive begin what they say on standard error; it is not the function's.
const OWN_WORDS: &str = "headstart: ";

/// What one run of one event led to.
#[derive(Debug)]
pub(super) struct Capture {
    pub(super) outcome: Outcome,
    pub(super) trace: Vec<String>,
    pub(super) stdout: Vec<String>,
    pub(super) stderr: Vec<String>,
    /// Files by name, and what their content is told by.
    pub(super) files: BTreeMap<String, String>,
    pub(super) package: BTreeMap<String, String>,
}

impl Capture {
    /// Whether another run wrote as many lines.
    pub(super) fn wrote_as_much(&self, other: &Self) -> bool {
        (self.stdout.len(), self.stderr.len()) == (other.stdout.len(), other.stderr.len())
    }
}

/// How the handler ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Returned(Value),
    /// Code, type and message.
    Failed(Vec<String>),
}

/// One package that is run again and again.
#[derive(Debug)]
pub(super) struct Subject {
    session: Session,
    package: PathBuf,
    normal: Normal,
}

impl Subject {
    /// `temporary`: whether it gets a directory of its own for temporary files.
    pub(super) async fn begin(package: &Package, options: &TrialOptions, temporary: bool) -> Result<Self> {
        let session = Session::with_own_temporary(package, options, temporary).await?;
        let normal = Normal::new(package.directory(), &session.temporary());
        Ok(Self { session, package: package.directory().to_owned(), normal })
    }

    /// The interpreter's program.
    pub(super) fn interpreter(&self) -> Result<PathBuf> {
        Ok(self.session.report()?.interpreter.program)
    }

    /// Lets the next event be handled by a new worker that finds no temporary files.
    pub(super) fn forget(&self) -> Result<()> {
        self.session.drain()?;
        empty(&self.session.temporary()).map_err(|error| failed(&error))
    }

    /// Hands it an event. The error of a function is a part of what is captured; others are returned.
    /// It has settled once nothing was written for `settle`.
    pub(super) async fn run(&self, number: usize, event: &Event, settle: Duration) -> Result<(Capture, Option<Error>)> {
        let temporary = self.session.temporary();
        let (package_before, before) = (Snapshot::of(&self.package), Snapshot::of(&temporary));
        let answered = self.session.invoke(number, event, settle).await;
        let (changes, files) = (package_before.changes(&self.package), before.changes(&temporary));
        Ok(self.capture(answered, files, changes))
    }

    fn capture(
        &self,
        answered: Result<Reply>,
        files: BTreeMap<String, String>,
        package: BTreeMap<String, String>,
    ) -> (Capture, Option<Error>) {
        let (outcome, trace, output, error) = match answered {
            Ok(reply) => (self.returned(reply.payload()), Vec::new(), output(&reply), None),
            Err(error) => {
                let trace = error.exception().map(|it| it.trace.join("\n")).unwrap_or_default();
                let written = error.output().cloned().unwrap_or_default();
                (self.failed(&error), self.lines(trace.as_bytes()), written, Some(error))
            }
        };
        let mut stderr = self.lines(&output.stderr);
        stderr.retain(|line| !line.starts_with(OWN_WORDS));
        let stdout = self.lines(&output.stdout);
        (Capture { outcome, trace, stdout, stderr, files, package }, error)
    }

    fn returned(&self, payload: &[u8]) -> Outcome {
        // Launchers send JSON; what is none is compared as text.
        let value = serde_json::from_slice(payload)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(payload).into_owned()));
        Outcome::Returned(map_text(value, &|text| self.normal.paths(text)))
    }

    fn failed(&self, error: &Error) -> Outcome {
        let kind = error.exception().map(|it| it.type_name.clone()).unwrap_or_default();
        let message = self.normal.text(error.message());
        let first = if kind.is_empty() { error.code().to_string() } else { format!("{kind} [{}]", error.code()) };
        Outcome::Failed(std::iter::once(first).chain(message.lines().map(str::to_owned)).collect())
    }

    fn lines(&self, bytes: &[u8]) -> Vec<String> {
        self.normal.text(&String::from_utf8_lossy(bytes)).lines().map(str::to_owned).collect()
    }
}

fn output(reply: &Reply) -> Output {
    let mut output = reply.start_output().cloned().unwrap_or_default();
    output.append(reply.output().clone());
    output
}

fn empty(directory: &Path) -> io::Result<()> {
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir(directory)
}

fn failed(error: &io::Error) -> Error {
    Error::new(crate::Code::SystemIo, "empty the directory for temporary files", error.to_string())
}
