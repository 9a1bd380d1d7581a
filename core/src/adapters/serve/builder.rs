//! Making a server.

use super::body::Bodies;
use super::directories;
use super::events::{Events, Retries};
use super::guard::Guard;
use super::limits::Limits;
use super::registry::Registry;
use super::server::{Server, Shared};
use super::signature::Key;
use super::store::Store;
use crate::error::{Code, Error, Result};
use crate::host::HostBuilder;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How many requests may run at once where nothing else is said: what AWS gives an account.
const CONCURRENCY: usize = 1_000;
/// The shortest token, and the shortest secret.
const SHORTEST_TOKEN: usize = 8;

/// What a server is to be; every setting has a default.
#[derive(Debug)]
pub struct ServerBuilder {
    host: HostBuilder,
    listen: SocketAddr,
    token: Option<String>,
    key: Option<(String, String)>,
    is_insecure: bool,
    directories: Vec<PathBuf>,
    watches: bool,
    memory: Option<u64>,
    concurrency: usize,
    provisioned: BTreeMap<String, usize>,
    drain: Duration,
    patience: Duration,
    retries: Retries,
}

impl ServerBuilder {
    pub(super) fn new(host: HostBuilder) -> Self {
        Self {
            host,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9001)),
            token: None,
            key: None,
            is_insecure: false,
            directories: Vec::new(),
            watches: false,
            memory: None,
            concurrency: CONCURRENCY,
            provisioned: BTreeMap::new(),
            drain: Duration::from_secs(30),
            patience: Duration::from_secs(30),
            retries: Retries::default(),
        }
    }

    /// Where to listen; port 0 takes a free one. Default: 127.0.0.1:9001.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// What callers have to show, as a bearer token or as the access key of signed requests; at least 8 characters.
    /// Default: nothing.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The access key that callers may sign their requests with (AWS's Signature Version 4, for the service `lambda` and
    /// any region): its id, and its secret of at least 8 characters. Beside a token, one of the two is enough. Default: none.
    pub fn access_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.key = Some((id.into(), secret.into()));
        self
    }

    /// Listens beyond this machine even without a token or an access key: whoever reaches the server can run code on it.
    pub fn insecure(mut self) -> Self {
        self.is_insecure = true;
        self
    }

    /// Serves the package in this directory, or those in the directories in it. May be said several times.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directories.push(path.into());
        self
    }

    /// Takes up what changes in these directories. Requests that run finish on what was.
    pub fn watch(mut self) -> Self {
        self.watches = true;
        self
    }

    /// Bytes of memory for functions of directories that name no limit. Default: no limit.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// How many requests may run at once, all functions together; beyond that callers are throttled. Default: 1,000.
    pub fn concurrency(mut self, most: usize) -> Self {
        self.concurrency = most.max(1);
        self
    }

    /// Holds so many instances of a function of a directory ready.
    pub fn provision(mut self, function: impl Into<String>, count: usize) -> Self {
        self.provisioned.insert(function.into(), count);
        self
    }

    /// How long requests in flight have to end when the server is stopped. Default: 30 seconds.
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }

    /// How long a caller may take for a request's head, and may send nothing of a body, before it is given up. Default: 30
    /// seconds.
    pub fn patience(mut self, time: Duration) -> Self {
        self.patience = time;
        self
    }

    /// When events are tried again. Default: as AWS does.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// Makes the server: it listens, and answers once it is [run](Server::run). To be called within a tokio runtime.
    ///
    /// Fails with `config.invalid` where it would listen beyond this machine without a token or key, with `config.missing`,
    /// `function.*` and `runtime.*` of its directories, with `host.state_dir_unusable` and `system.io`.
    pub async fn build(self) -> Result<Server> {
        self.check()?;
        let listener = TcpListener::bind(self.listen).await.map_err(|error| self.unbound(error))?;
        let address = listener.local_addr().map_err(|error| self.unbound(error))?;
        let mut packages = Vec::new();
        for directory in &self.directories {
            packages.extend(directories::packages(directory)?);
        }
        let store = Store::open(&self.host.state_directory()?)?;
        let host = Arc::new(self.host.build().await?);
        let limits = Arc::new(Limits::new(self.concurrency));
        let shared = Arc::new(Shared {
            registry: Registry::load(host, limits, store),
            metrics: Box::default(),
            bodies: Bodies::new(self.patience),
            signed: Bodies::signed(self.patience),
            events: Events::new(self.retries),
            guard: Guard::new(
                self.token.as_deref(),
                self.key.map(|(id, secret)| Key::new(id, secret)),
                self.is_insecure,
            ),
            stopping: watch::Sender::new(false),
            remembered: tokio::sync::Mutex::default(),
            begun: Instant::now(),
        });
        let mut names = BTreeMap::new();
        for path in &packages {
            let name = shared.put(path.clone(), self.memory).await?;
            if let Some(other) = names.insert(name, path) {
                let error = Error::new(Code::ConfigInvalid, "serve", "two packages have one name");
                return Err(error.with("package", path.display()).with("other", other.display()));
            }
        }
        shared.provision(&self.provisioned).await?;
        let watched = if self.watches { packages } else { Vec::new() };
        Ok(Server {
            shared,
            listener,
            address,
            watched,
            memory: self.memory,
            drain: self.drain,
            patience: self.patience,
        })
    }

    fn check(&self) -> Result<()> {
        let refuse = |text: &str| Err(Error::new(Code::ConfigInvalid, "serve", text));
        if self.token.as_ref().is_some_and(|token| token.len() < SHORTEST_TOKEN) {
            return refuse("the token is too short to be one");
        }
        if self.key.as_ref().is_some_and(|(id, secret)| id.is_empty() || secret.len() < SHORTEST_TOKEN) {
            return refuse("the secret of the access key is too short to be one, or its id is missing");
        }
        if self.token.is_none() && self.key.is_none() && !self.listen.ip().is_loopback() && !self.is_insecure {
            let error = Error::new(Code::ConfigInvalid, "serve", "whoever reaches this address could run code here");
            return Err(error
                .with("address", self.listen)
                .hint("give it a token or an access key, or say that it may be insecure"));
        }
        Ok(())
    }

    fn unbound(&self, error: std::io::Error) -> Error {
        Error::new(Code::SystemIo, "listen", error.to_string()).with("address", self.listen).caused_by(error)
    }
}
