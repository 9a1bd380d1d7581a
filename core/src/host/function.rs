//! What a platform says of a function.

use crate::config::FunctionConfig;
use crate::error::Result;
use crate::instance::{PreloadSet, WorkerProtocol};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A function to register: its package, its entry, and what it is given.
///
/// Nothing is checked before [`Host::register`](super::Host::register).
#[derive(Debug, Clone)]
pub struct Function {
    pub(super) directory: PathBuf,
    pub(super) entry: Option<String>,
    pub(super) name: Option<String>,
    pub(super) runtime: Option<String>,
    pub(super) interpreter: Option<PathBuf>,
    pub(super) interpreter_arguments: Vec<String>,
    pub(super) preload: Option<Preload>,
    pub(super) image: ImageChoice,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) memory_limit: Option<u64>,
    pub(super) init_timeout: Option<Duration>,
    pub(super) warm_up: Option<Vec<u8>>,
    pub(super) max_workers: Option<usize>,
    pub(super) protocol: Option<Arc<dyn WorkerProtocol>>,
    /// The one that its configuration names.
    pub(super) protocol_name: Option<String>,
}

/// A preload set, or where it stands.
#[derive(Debug, Clone)]
pub(super) enum Preload {
    Set(PreloadSet),
    File(PathBuf),
}

/// Which init image a function starts with.
#[derive(Debug, Clone, Default)]
pub(super) enum ImageChoice {
    /// The one in its package, where there is one.
    #[default]
    Own,
    At(PathBuf),
    Without,
}

impl Function {
    /// The function whose package is `directory` and whose handler `entry` names: `app.handler`.
    pub fn from_dir(directory: impl Into<PathBuf>, entry: impl Into<String>) -> Self {
        Self { entry: Some(entry.into()), ..Self::bare(directory.into()) }
    }

    /// The function whose package is `directory`, as its own configuration describes it.
    ///
    /// Fails with `config.invalid`.
    pub fn from_config(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = directory.as_ref();
        Ok(Self::configured(directory, FunctionConfig::load(directory)?))
    }

    /// The same with what has been read of its configuration.
    pub(crate) fn configured(directory: &Path, config: FunctionConfig) -> Self {
        let mut function = Self::bare(directory.to_owned());
        function.entry = config.entry;
        function.name = config.name;
        function.runtime = config.runtime;
        function.interpreter = config.interpreter;
        function.preload = config.preload.map(|path| Preload::File(directory.join(path)));
        function.image = config.image.map_or(ImageChoice::Own, |path| ImageChoice::At(directory.join(path)));
        function.environment = config.environment;
        function.memory_limit = config.memory_limit;
        function.init_timeout = config.init_timeout;
        function.protocol_name = config.protocol;
        function
    }

    /// The same function, with its files elsewhere: where Cargo built them.
    #[cfg(feature = "analyzer")]
    pub(crate) fn within(mut self, directory: &Path) -> Self {
        directory.clone_into(&mut self.directory);
        self
    }

    fn bare(directory: PathBuf) -> Self {
        Self {
            directory,
            entry: None,
            name: None,
            runtime: None,
            interpreter: None,
            interpreter_arguments: Vec::new(),
            preload: None,
            image: ImageChoice::default(),
            environment: BTreeMap::new(),
            memory_limit: None,
            init_timeout: None,
            warm_up: None,
            max_workers: None,
            protocol: None,
            protocol_name: None,
        }
    }

    /// Replaces the entry.
    pub fn entry(mut self, entry: impl Into<String>) -> Self {
        self.entry = Some(entry.into());
        self
    }

    /// The name in messages and reports. Default: the directory's.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The runtime: `python3.12`, `nodejs24`, `native`. Default: by the file that the entry names.
    pub fn runtime(mut self, runtime: impl Into<String>) -> Self {
        self.runtime = Some(runtime.into());
        self
    }

    /// The interpreter's path; relative to the package. Default: looked up by the runtime's name in the
    /// package's `.venv`, on the search path and in pyenv.
    pub fn interpreter(mut self, program: impl Into<PathBuf>) -> Self {
        self.interpreter = Some(program.into());
        self
    }

    /// Arguments of the interpreter, before the launcher's: `--enable-source-maps`. Default: none.
    pub fn interpreter_arguments<I: IntoIterator<Item: Into<String>>>(mut self, arguments: I) -> Self {
        self.interpreter_arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// An event that an instance handles before a snapshot is taken of it, so that what a first event loads and compiles
    /// is in the snapshot. Its reply is thrown away. Default: none.
    pub fn warm_up(mut self, event: impl Into<Vec<u8>>) -> Self {
        self.warm_up = Some(event.into());
        self
    }

    /// The preload set of the function's stems and zygote. Default: none.
    pub fn preload(mut self, set: PreloadSet) -> Self {
        self.preload = Some(Preload::Set(set));
        self
    }

    /// The preload set in this file.
    pub fn preload_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.preload = Some(Preload::File(path.into()));
        self
    }

    /// The init image that it starts with. Default: `.headstart/image` in the package, where that is there.
    ///
    /// An image that is damaged, or that was baked for something else, is told of and not used.
    pub fn image(mut self, path: impl Into<PathBuf>) -> Self {
        self.image = ImageChoice::At(path.into());
        self
    }

    /// Starts without an init image, even if the package has one.
    pub fn without_image(mut self) -> Self {
        self.image = ImageChoice::Without;
        self
    }

    /// Sets an environment variable. Beside these a worker sees `PATH`, `HOME`, the locale and the time zone
    /// of the host, and nothing else.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Sets several environment variables.
    pub fn envs(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Bytes of memory that a worker may allocate. Default: no limit. For Node it bounds V8's heap, for
    /// Python and native functions the data segment (`RLIMIT_DATA`).
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// How long importing the function may take. Default: 10 seconds, as on AWS Lambda.
    pub fn init_timeout(mut self, timeout: Duration) -> Self {
        self.init_timeout = Some(timeout);
        self
    }

    /// The protocol that its workers speak, where it is not the bootstrap protocol: that of a platform, for programs that
    /// were made for it. Such a function has no zygote, snapshot or init image. `headstart::adapters` has protocols.
    pub fn protocol(mut self, protocol: Arc<dyn WorkerProtocol>) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// How many instances may exist at once. Default: the host's limit.
    pub fn max_workers(mut self, most: usize) -> Self {
        self.max_workers = Some(most.max(1));
        self
    }
}

/// A function that a host knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionId {
    pub(super) number: u64,
    pub(super) name: Arc<str>,
}

impl FunctionId {
    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for FunctionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
