//! Workers that speak another protocol than the bootstrap protocol, such as a platform's own.

use crate::bootstrap::answering::Answering;
use crate::package::Language;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;

/// A protocol that a function's workers speak in place of the bootstrap protocol.
///
/// The host starts the program that [`command`](WorkerProtocol::command) names, and for each of its processes a
/// [`Translator`] that says to the host what a launcher would: to the host they are workers like any other. What takes a
/// launcher's co-operation they cannot do: fork, and use an init image.
pub trait WorkerProtocol: fmt::Debug + Send + Sync {
    /// The protocol's name in messages: `lambda`.
    fn name(&self) -> &'static str;

    /// What a worker of this function runs.
    fn command(&self, entry: &str, language: Option<Language>) -> Command;

    /// Prepares what one process is to speak with. It is started afterwards, or never.
    fn translator(&self, function: &Subject<'_>) -> io::Result<Translator>;

    /// The line, with its end, that workers write to standard output and standard error when they have written all that
    /// belongs to an event; it is no part of the output. By default there is none.
    fn log_end(&self) -> Option<&'static str> {
        None
    }

    /// Whether snapshots can be taken of workers. By default they cannot.
    fn has_snapshots(&self) -> bool {
        false
    }

    /// What the protocol tells workers beside what it tells of their function: a snapshot of one that was told something
    /// else is of no use. Default: nothing.
    fn tells(&self) -> String {
        String::new()
    }

    /// Prepares what is to speak for the process `pid`, which was restored from a snapshot and is stopped. `words` are
    /// those that the translator of the snapshot's worker gave for it; what they name as connected to this process is
    /// connected again.
    ///
    /// Fails with [`io::ErrorKind::Unsupported`] where there are no snapshots, as by default.
    fn resume(&self, function: &Subject<'_>, pid: u32, words: &str) -> io::Result<Translator> {
        let _ = (function, pid, words);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// What a worker runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// The program: a path, relative to the package. `None` stands for the interpreter of the function's runtime.
    pub program: Option<PathBuf>,
    /// Its arguments.
    pub arguments: Vec<String>,
}

#[cfg(feature = "runtime-api")]
impl Command {
    /// The interpreter of the function's runtime, with these arguments.
    pub(crate) fn interpreted<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self { program: None, arguments: arguments.into_iter().map(str::to_owned).collect() }
    }

    /// The package's own `bootstrap`.
    pub(crate) fn bootstrap() -> Self {
        Self { program: Some("bootstrap".into()), arguments: Vec::new() }
    }
}

/// The function that a process is started for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its package directory, absolute.
    pub package: &'a Path,
    /// Its entry, as it was given.
    pub entry: &'a str,
    /// Its runtime, `python3.12`, where its program is an interpreter.
    pub runtime: Option<&'a str>,
    /// Bytes of memory that it may use.
    pub memory_limit: Option<u64>,
    /// Whether a snapshot is to be taken of the process.
    pub is_model: bool,
}

/// What stands between the host and one process.
pub struct Translator {
    /// Variables that the process finds beside those of the function; these win over them. A restored process has those
    /// of the snapshot's.
    pub environment: BTreeMap<String, String>,
    /// Speaks for the process, from `hello` on, or from the hooks after its restore, until the host closes the connection: then it has to return. It is
    /// dropped where the process ends before.
    pub speak: Box<dyn FnOnce(Answering, u32) -> Speaking + Send>,
}

/// A translator at work.
pub type Speaking = Pin<Box<dyn Future<Output = ()> + Send>>;

impl fmt::Debug for Translator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Translator").field("environment", &self.environment).finish_non_exhaustive()
    }
}
