//! What the platform says of the function.

use super::dialect::Dialect;
use headstart::config::environment::{self, Lambda};
use headstart::error::{Code, Error, Result};
use headstart::package::locate;
use headstart::preload::IN_PACKAGE;
use std::path::PathBuf;

/// What `AWS_LAMBDA_INITIALIZATION_TYPE` says where a snapshot is to be taken.
const SNAP_START: &str = "snap-start";
/// More events at once than this no environment handles.
const MOST_AT_ONCE: usize = 1024;

/// One function, and the platform around it.
#[derive(Debug)]
pub(super) struct Settings {
    /// Where the Runtime API is, and whose it is.
    pub(super) api: String,
    pub(super) dialect: Dialect,
    pub(super) handler: String,
    pub(super) package: PathBuf,
    pub(super) name: String,
    /// Bytes.
    pub(super) memory: Option<u64>,
    pub(super) image: Option<PathBuf>,
    pub(super) is_snap_start: bool,
    /// How many events are handled at once, where that is more than one.
    pub(super) concurrency: Option<usize>,
    /// The rest.
    pub(super) said: Lambda,
}

impl Settings {
    /// Reads the environment; `handler` comes before the one that is named there.
    ///
    /// Fails with `config.missing` and `function.not_found`.
    pub(super) fn read(handler: Option<String>) -> Result<Self> {
        let (said, dialect) = match environment::scf() {
            Some(said) => (said, Dialect::Scf),
            None => (environment::lambda(), Dialect::Lambda),
        };
        let missing = |name: &str| Error::new(Code::ConfigMissing, "start as a runtime", format!("{name} is not set"));
        let package = said.task_root.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        let package = locate(&package)?;
        let in_package = || Some(package.join(IN_PACKAGE)).filter(|path| path.is_file());
        Ok(Self {
            api: said.api.clone().ok_or_else(|| missing(dialect.address_variable()))?,
            dialect,
            handler: handler.or_else(|| said.handler.clone()).ok_or_else(|| missing("_HANDLER"))?,
            name: said.function.clone().unwrap_or_else(|| "function".into()),
            memory: said
                .memory
                .as_ref()
                .and_then(|text| text.parse::<u64>().ok())
                .and_then(|it| it.checked_mul(1 << 20)),
            image: said.image.clone().or_else(in_package),
            is_snap_start: said.initialization.as_deref() == Some(SNAP_START),
            concurrency: said
                .concurrency
                .as_ref()
                .and_then(|text| text.parse().ok())
                .filter(|it| (2..=MOST_AT_ONCE).contains(it)),
            package,
            said,
        })
    }
}
