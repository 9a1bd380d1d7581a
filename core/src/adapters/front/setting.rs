//! What a front is made of.

use super::super::listening::Connections;
use super::platform::Platform;
use super::served::{Logs, Served};
use super::{fission, function_compute, http, openwhisk};
use crate::error::Output;
use crate::host::{FunctionId, Host, Request};
use axum::Router;
use axum::routing::any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// How long a caller may take to send a request's head, and how long a connection may stay without one.
const HEAD_WITHIN: Duration = Duration::from_mins(1);
/// Bytes of the largest request: Function Compute's limit, the largest of these platforms'.
const MOST_BODY: usize = 32 << 20;

/// A platform's requests, answered by a host.
#[derive(Debug)]
pub struct Front {
    platform: Platform,
    served: Served,
}

impl Front {
    /// A front with every setting at its default.
    pub fn new(platform: Platform, host: Host) -> Self {
        let served = Served {
            host,
            function: std::sync::RwLock::default(),
            initializing: tokio::sync::Mutex::default(),
            timeout: Request::DEFAULT_TIMEOUT,
            most_body: MOST_BODY,
            runtime: None,
            code: std::env::temp_dir().join("headstart-code"),
            logs: Logs::nowhere(),
        };
        Self { platform, served }
    }

    /// The function, of the same host. Platforms that bring code themselves do without one.
    pub fn function(mut self, function: FunctionId) -> Self {
        self.served.function = std::sync::RwLock::new(Some(function));
        self
    }

    /// The runtime of code that the platform brings: `python3.12`. Default: by its files.
    pub fn runtime(mut self, runtime: impl Into<String>) -> Self {
        self.served.runtime = Some(runtime.into());
        self
    }

    /// Where code is laid out that the platform brings. Default: below the directory for temporary files.
    pub fn code_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.served.code = directory.into();
        self
    }

    /// How long a request may take where the platform sets no deadline. Default: 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.served.timeout = timeout;
        self
    }

    /// Where the function's output goes, with what the platform wants to find in it. Default: nowhere.
    pub fn logs(mut self, take: impl Fn(&Output) + Send + Sync + 'static) -> Self {
        self.served.logs = Logs::to(take);
        self
    }

    /// Answers requests until `until` comes true; then takes no more, lets those in flight end within `drain`, and stops the
    /// host, with the `shutdown` hooks of its instances.
    pub async fn serve(self, listener: TcpListener, until: impl Future<Output = ()>, drain: Duration) {
        let (platform, served) = (self.platform, Arc::new(self.served));
        let mut connections = Connections::default();
        connections.accept(router(platform, Arc::clone(&served)), &listener, HEAD_WITHIN, until).await;
        drop(listener);
        let by = Instant::now() + drain;
        // They are told of the host's end.
        let _left = connections.finish(by).await;
        served.host.stop(by.saturating_duration_since(Instant::now())).await;
    }

    /// What answers the platform's requests.
    pub fn router(self) -> Router {
        router(self.platform, Arc::new(self.served))
    }
}

fn router(platform: Platform, served: Arc<Served>) -> Router {
    match platform {
        Platform::OpenWhisk => openwhisk::router(served),
        Platform::FunctionCompute => function_compute::router(served),
        Platform::Fission => fission::router(served),
        Platform::FunctionsFramework | Platform::Knative => {
            Router::new().fallback(any(http::answer)).with_state(served)
        }
    }
}
