//! The server: takes connections, and stops in order.

use super::super::listening::Connections;
use super::body::Bodies;
use super::builder::ServerBuilder;
use super::directories;
use super::events::Events;
use super::guard::Guard;
use super::metrics::Metrics;
use super::observed::Remembered;
use super::record::Provisioned;
use super::registry::Registry;
use super::{described, routes};
use crate::error::{Code, Error, Result};
use crate::host::HostBuilder;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What all requests share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) registry: Registry,
    pub(super) metrics: Box<Metrics>,
    pub(super) bodies: Bodies,
    /// Of requests whose signature is still to be checked.
    pub(super) signed: Bodies,
    pub(super) events: Events,
    pub(super) guard: Guard,
    /// Becomes true when the server is told to end.
    pub(super) stopping: watch::Sender<bool>,
    pub(super) remembered: Remembered,
    pub(super) begun: Instant,
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    pub(super) shared: Arc<Shared>,
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    /// Packages that are looked at for changes.
    pub(super) watched: Vec<PathBuf>,
    pub(super) memory: Option<u64>,
    pub(super) drain: Duration,
    /// How long a connection may be without a whole head of a request.
    pub(super) patience: Duration,
}

impl Shared {
    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Holds instances of functions of directories, and those that are provisioned by the API.
    pub(super) async fn provision(&self, wanted: &BTreeMap<String, usize>) -> Result<()> {
        for (name, count) in wanted {
            let unknown = |_| Error::new(Code::FunctionNotRegistered, "hold instances", format!("there is no {name}"));
            let entry = self.registry.find(name).map_err(unknown)?;
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            let put = |record: &mut super::record::Record| {
                let provisioned = Provisioned { count, modified: described::now() };
                record.provisioned.insert("$LATEST".to_owned(), provisioned);
                Ok(())
            };
            let held = self.registry.change(&entry, put).await;
            held.map_err(|fault| Error::new(Code::ConfigInvalid, "hold instances", fault.to_string()))?;
        }
        Ok(())
    }
}

impl Server {
    /// A server whose host is made as `host` says, to be changed before [`ServerBuilder::build`].
    pub fn builder(host: HostBuilder) -> ServerBuilder {
        ServerBuilder::new(host)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The names of the functions that it serves, in order.
    pub fn functions(&self) -> Vec<String> {
        self.shared.registry.all().iter().map(|entry| entry.name.clone()).collect()
    }

    /// Answers requests until `until` comes true; then takes no more, lets those in flight end, and stops the host.
    pub async fn run(self, until: impl Future<Output = ()>) {
        let Self { shared, listener, watched, memory, drain, patience, .. } = self;
        let ending = Ending(Arc::clone(&shared));
        let mut background = JoinSet::new();
        let kept = Arc::clone(&shared);
        background.spawn(async move { kept.registry.hold_all().await });
        background.spawn(directories::watch(Arc::clone(&shared), watched, memory));
        let mut connections = Connections::default();
        connections.accept(routes::router(Arc::clone(&shared)), &listener, patience, until).await;
        let by = tokio::time::Instant::now() + drain;
        drop((listener, ending, background));
        // They are told of the host's end.
        let _left = connections.finish(by).await;
        shared.registry.host.stop(by.saturating_duration_since(tokio::time::Instant::now())).await;
    }
}

/// Tells all tasks that the server ends, however it does.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.stopping.send_replace(true);
    }
}
