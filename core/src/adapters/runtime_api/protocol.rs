//! Workers that speak the Runtime API, as the host knows them.

use super::connections::Connections;
use super::dialect::Dialect;
use super::environment;
use super::facts::Facts;
use super::reception;
use super::resuming::{self, Words};
use super::server::{Arrivals, listen, listen_apart};
use super::translator::Conversing;
use crate::instance::{Command, Subject, Translator, WorkerProtocol};
use crate::package::Language;
use std::collections::BTreeMap;
use std::io;

/// The protocol's name in `headstart.toml`.
pub const NAME: &str = "lambda";

/// The AWS Lambda Runtime API, for functions whose programs were made for Lambda.
///
/// ```
/// use headstart::Function;
/// use headstart::adapters::runtime_api::RuntimeApi;
/// use std::sync::Arc;
///
/// let function = Function::from_dir("fn/report", "app.handler")
///     .runtime("python3.12")
///     .protocol(Arc::new(RuntimeApi::new().region("eu-central-1")));
/// ```
#[derive(Debug, Clone)]
pub struct RuntimeApi {
    command: Option<Command>,
    region: String,
    account: String,
    version: String,
    is_snap_start: bool,
}

impl Default for RuntimeApi {
    fn default() -> Self {
        Self {
            command: None,
            region: "us-east-1".into(),
            account: "000000000000".into(),
            version: "$LATEST".into(),
            is_snap_start: false,
        }
    }
}

impl RuntimeApi {
    /// The Runtime API with every setting at its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a worker runs. Default: for Python `python -m awslambdaric ENTRY`, for Node
    /// `node node_modules/aws-lambda-ric/index.mjs ENTRY`, with the package's own copies of these; else the package's
    /// `bootstrap`.
    pub fn command(mut self, command: Command) -> Self {
        self.command = Some(command);
        self
    }

    /// The region that workers are told. Default: `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The account in the function's ARN. Default: twelve zeros.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// The function's version. Default: `$LATEST`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Starts workers as Lambda does where snapshots are on: once initialized they run their hooks before a snapshot and
    /// ask for `restore/next`; the first event lets them go on, with the hooks after a restore.
    ///
    /// Snapshots can be taken of such workers (`Prewarm::snapshot`), as they wait for `restore/next`, or for an event where
    /// the runtime knows no hooks. As with Lambda's, it is the function's affair that what has to be unique is so in all
    /// that are restored from one: what it has drawn from a random number generator is the same in each.
    pub fn snap_start(mut self) -> Self {
        self.is_snap_start = true;
        self
    }

    fn speaking(
        &self,
        function: &Subject<'_>,
        environment: BTreeMap<String, String>,
        arrivals: Arrivals,
    ) -> Translator {
        let connections = function.is_model.then(Connections::default);
        let conversing = Conversing { facts: self.facts(function), arrivals, dialect: Dialect::Lambda, connections };
        Translator { environment, speak: Box::new(move |host, pid| Box::pin(conversing.run(host, pid))) }
    }

    fn facts(&self, function: &Subject<'_>) -> Facts {
        let Self { region, account, .. } = self;
        Facts {
            name: function.name.to_owned(),
            version: self.version.clone(),
            handler: function.entry.to_owned(),
            arn: format!("arn:aws:lambda:{region}:{account}:function:{}", function.name),
            account: account.clone(),
            memory_limit: function.memory_limit,
        }
    }
}

impl WorkerProtocol for RuntimeApi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn command(&self, entry: &str, language: Option<Language>) -> Command {
        self.command.clone().unwrap_or_else(|| match language {
            Some(Language::Python) => Command::interpreted(["-m", "awslambdaric", entry]),
            Some(Language::Node) => Command::interpreted(["node_modules/aws-lambda-ric/index.mjs", entry]),
            _ => Command::bootstrap(),
        })
    }

    fn translator(&self, function: &Subject<'_>) -> io::Result<Translator> {
        let (listener, address) = if function.is_model { listen_apart() } else { listen() }?;
        let environment = environment::of(self, function, address);
        Ok(self.speaking(function, environment, Arrivals::Own(listener, address)))
    }

    fn has_snapshots(&self) -> bool {
        self.is_snap_start
    }

    fn tells(&self) -> String {
        format!("{} {} {}", self.region, self.account, self.version)
    }

    fn resume(&self, function: &Subject<'_>, pid: u32, words: &str) -> io::Result<Translator> {
        let words: Words = serde_json::from_str(words)?;
        let guest = reception::admit(words.address, pid)?;
        let arrivals = Arrivals::Shared(guest, resuming::reconnect(pid, &words)?);
        Ok(self.speaking(function, BTreeMap::new(), arrivals))
    }
}

impl RuntimeApi {
    pub(super) fn is_snap_start(&self) -> bool {
        self.is_snap_start
    }

    pub(super) fn told_region(&self) -> &str {
        &self.region
    }

    pub(super) fn told_version(&self) -> &str {
        &self.version
    }
}
