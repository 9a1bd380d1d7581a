//! What a cache is opened with.

use super::codec::{Bytes, Codec, Json, MessagePack};
use super::key::Namespace;
use super::node::NodeTier;
#[cfg(feature = "redis-store")]
use super::redis::{PATIENCE, RedisStore, Server};
use super::statistics::Counters;
use super::store::Store;
use super::tiers::Cache;
use super::time::Clock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// Opens a [`Cache`]; begun by [`Cache::builder`].
#[derive(Debug)]
pub struct CacheBuilder {
    function: String,
    code: String,
    directory: Option<PathBuf>,
    store: Option<Arc<dyn Store>>,
    #[cfg(feature = "redis-store")]
    server: Option<Result<Server, String>>,
    #[cfg(feature = "redis-store")]
    patience: Duration,
    /// `None`: the caller keeps values in a place of its own.
    process_bytes: Option<u64>,
    node_bytes: u64,
    most: usize,
    pub(super) wait: Duration,
    pub(super) clock: Clock,
}

impl CacheBuilder {
    pub(super) fn new(function: &str) -> Self {
        Self {
            function: function.to_owned(),
            code: String::new(),
            directory: None,
            store: None,
            #[cfg(feature = "redis-store")]
            server: None,
            #[cfg(feature = "redis-store")]
            patience: PATIENCE,
            process_bytes: Some(64 << 20),
            node_bytes: 256 << 20,
            most: 1 << 20,
            wait: Duration::from_secs(5),
            clock: Clock::System,
        }
    }

    /// What tells the function's code from other versions of it, a digest for one: each has entries of its own. Default:
    /// nothing.
    pub fn code(mut self, code: &str) -> Self {
        code.clone_into(&mut self.code);
        self
    }

    /// Values are kept below this directory too, for all workers of this user on this machine. Default: in the process
    /// alone.
    ///
    /// It is made with mode 0700. Where it cannot be used, the cache is the process's alone, and
    /// [`Cache::problem`] says why.
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// The same, below the user's own cache directory: `HEADSTART_CACHE_DIR`, else `headstart` below `XDG_CACHE_HOME` or
    /// `~/.cache`. In the process alone where there is no home either.
    pub fn on_node(self) -> Self {
        match crate::config::environment::cache_dir() {
            Some(directory) => self.directory(directory),
            None => self,
        }
    }

    /// Values are kept in this store, in place of a directory.
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Values are kept on this Redis or Valkey server, in place of a directory, for all who use it: see
    /// [`RedisStore::open`](super::RedisStore::open).
    #[cfg(feature = "redis-store")]
    pub fn redis(mut self, url: &str) -> Self {
        self.server = Some(Server::at(url).map_err(|error| error.to_string()));
        self
    }

    /// How long it may take to connect to the server, and how long it may take to answer. Default: half a second each.
    #[cfg(feature = "redis-store")]
    pub fn patience(mut self, at_most: Duration) -> Self {
        self.patience = at_most;
        self
    }

    /// How many bytes values may take in the process, with 200 bytes for each. Default: 64 MiB.
    pub fn process_bytes(mut self, bytes: u64) -> Self {
        self.process_bytes = Some(bytes);
        self
    }

    /// The caller keeps values in a place of its own: none are kept in the process here, and what was done is told by
    /// [`Cache::has_been_cleared`] and [`Cache::tell_now`] alone.
    pub fn held_elsewhere(mut self) -> Self {
        self.process_bytes = None;
        self
    }

    /// How many bytes files may take, by and large. Default: 256 MiB.
    pub fn node_bytes(mut self, bytes: u64) -> Self {
        self.node_bytes = bytes;
        self
    }

    /// How many bytes a value may have to be kept on the node, at most a 64th of what files may take. Default: 1 MiB.
    pub fn largest(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self
    }

    /// How long one waits for a value that another computes, before one computes it too. Default: 5 seconds.
    pub fn wait(mut self, at_most: Duration) -> Self {
        self.wait = at_most;
        self
    }

    /// The time is what this number says, nanoseconds since 1970: for tests.
    pub fn clock(mut self, time: Arc<AtomicU64>) -> Self {
        self.clock = Clock::Set(time);
        self
    }

    /// Of bytes.
    pub fn bytes(self) -> Cache<Arc<[u8]>> {
        self.codec(Bytes)
    }

    /// Of values that are written as JSON.
    pub fn json<V: Serialize + DeserializeOwned + Clone + Send + Sync + 'static>(self) -> Cache<V> {
        self.codec(Json)
    }

    /// Of values that are written as MessagePack.
    pub fn message_pack<V: Serialize + DeserializeOwned + Clone + Send + Sync + 'static>(self) -> Cache<V> {
        self.codec(MessagePack)
    }

    /// Of values of any form.
    pub fn codec<V: Clone + Send + Sync + 'static>(self, codec: impl Codec<V> + 'static) -> Cache<V> {
        let namespace = Namespace::new(&self.function, &self.code, codec.name());
        let counters = Arc::new(Counters::default());
        let (store, problem) = self.open(&namespace);
        if let Some(why) = &problem {
            counters.errors.up();
            tracing::warn!(function = %self.function, "values are cached in the process alone: {why}");
        }
        Cache::new(
            self.process_bytes,
            (self.wait, self.clock),
            (namespace, Arc::new(codec)),
            (store, problem),
            counters,
        )
    }

    fn open(&self, namespace: &Namespace) -> (Option<Arc<dyn Store>>, Option<String>) {
        #[cfg(feature = "redis-store")]
        match &self.server {
            Some(Ok(server)) => {
                let store = RedisStore::on(server.clone(), self.patience, namespace, self.most);
                return (Some(Arc::new(store)), None);
            }
            Some(Err(problem)) => return (None, Some(problem.clone())),
            None => {}
        }
        match (&self.store, &self.directory) {
            (Some(store), _) => (Some(Arc::clone(store)), None),
            (None, None) => (None, None),
            (None, Some(directory)) => match NodeTier::open(directory, namespace, self.node_bytes, self.most) {
                Ok(tier) => (Some(Arc::new(tier)), None),
                Err(error) => (None, Some(format!("{}: {error}", directory.display()))),
            },
        }
    }
}
