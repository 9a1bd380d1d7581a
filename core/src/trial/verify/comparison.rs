//! What comparing two packages came to.

use serde::Serialize;

/// In which process an event was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Worker {
    /// One of its own.
    Fresh,
    /// One that had handled the events before it.
    Shared,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Aspect {
    /// The value that the handler returned.
    Result,
    /// The exception that it raised, or that it raised one: code, type and message.
    Exception,
    /// Where it raised: the lines of the traceback. Never counts, since code that is served from elsewhere may
    /// add lines.
    Trace,
    /// What it wrote to standard output.
    Stdout,
    /// What it wrote to standard error.
    Stderr,
    /// The files in its directory for temporary files.
    Files,
    /// The files that it changed in its package.
    Package,
}

impl Aspect {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Aspect::Result => "result",
            Aspect::Exception => "exception",
            Aspect::Trace => "trace",
            Aspect::Stdout => "stdout",
            Aspect::Stderr => "stderr",
            Aspect::Files => "files",
            Aspect::Package => "package",
        }
    }

    /// Whether packages that differ in this are different.
    pub fn counts(self) -> bool {
        self != Aspect::Trace
    }
}

/// One difference, on one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The event.
    pub event: String,
    /// Where it was handled.
    pub worker: Worker,
    /// What differs.
    pub aspect: Aspect,
    /// Where in it: a JSON pointer, a file's name; empty for all of it.
    pub place: String,
    /// What the first package gave, one line each; what differs from run to run stands in brackets.
    pub a: Vec<String>,
    /// What the second gave.
    pub b: Vec<String>,
}

/// What comparing came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// How many events were compared.
    pub events: usize,
    /// Everything that differs, in the order of the events.
    pub differences: Vec<Difference>,
    /// What already differed between two runs of the first package, so that it was not compared: event and
    /// aspect.
    pub unstable: Vec<(String, Aspect)>,
}

impl Comparison {
    /// Whether nothing differs that counts.
    pub fn is_same(&self) -> bool {
        !self.differences.iter().any(|difference| difference.aspect.counts())
    }
}
