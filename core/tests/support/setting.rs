//! A host with one function, for tests that call it.

use headstart::host::HostBuilder;
use headstart::{Deadline, Error, Function, FunctionId, Host};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// How long a request may take that is not about time.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// A host, its state and its function.
pub(crate) struct Setting {
    pub(crate) host: Arc<Host>,
    pub(crate) function: FunctionId,
    pub(crate) _state: TempDir,
}

impl Setting {
    /// With up to four workers where `change` says nothing else.
    pub(crate) async fn of(function: Function, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let state = tempfile::tempdir().expect("a directory");
        let builder = super::host(state.path()).max_workers(4);
        let host = change(builder).build().await.expect("a host");
        let function = host.register(function).await.expect("registered");
        Self { host: Arc::new(host), function, _state: state }
    }

    /// The result of an event.
    pub(crate) async fn call(&self, event: Value) -> Result<Value, Error> {
        self.call_within(event, SOON).await
    }

    /// The result of an event that has so much time.
    pub(crate) async fn call_within(&self, event: Value, time: Duration) -> Result<Value, Error> {
        self.served(event, time).await.map(|(_, result)| result)
    }

    /// The tier that served an event, and the result.
    pub(crate) async fn call_from(&self, event: Value) -> Result<(String, Value), Error> {
        self.served(event, SOON).await
    }

    async fn served(&self, event: Value, time: Duration) -> Result<(String, Value), Error> {
        let reply = self.host.invoke(&self.function, event.to_string(), Deadline::after(time)).await?;
        Ok((reply.tier().name().to_owned(), serde_json::from_slice(reply.payload()).expect("JSON")))
    }
}

/// Whether a process ends soon.
pub(crate) async fn gone(pid: impl Into<u64>) -> bool {
    let pid = pid.into();
    for _ in 0..300 {
        if !Path::new(&format!("/proc/{pid}/exe")).exists() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}
