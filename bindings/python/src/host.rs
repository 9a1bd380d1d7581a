//! `headstart._native.NativeHost`: arguments in, core called without the interpreter's lock, results out.

use crate::error::raise;
use headstart::config::environment;
use headstart::{Code, Error, Function, FunctionId, Host, Prewarm};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;

/// A host with a runtime of its own. `headstart.Host` is the class for people.
#[pyclass(frozen)]
pub(crate) struct NativeHost {
    /// Dropped by the process that made it only: a forked child has none of its threads, and must not end its
    /// parent's workers.
    inner: ManuallyDrop<Inner>,
    owner: u32,
}

struct Inner {
    host: Host,
    /// Dropped after the host that runs on it.
    runtime: Runtime,
    functions: Mutex<HashMap<u64, FunctionId>>,
}

impl Drop for NativeHost {
    fn drop(&mut self) {
        if std::process::id() == self.owner {
            // SAFETY: this is the one place that drops it, and nothing reads it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.inner) }
        }
    }
}

#[pymethods]
impl NativeHost {
    #[new]
    #[pyo3(signature = (state_dir=None, native_launcher=None, max_workers=None))]
    fn new(
        py: Python<'_>,
        state_dir: Option<PathBuf>,
        native_launcher: Option<PathBuf>,
        max_workers: Option<usize>,
    ) -> PyResult<Self> {
        py.detach(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = runtime.map_err(|error| Error::new(Code::SystemIo, "make the host", error.to_string()))?;
            let mut builder = Host::builder();
            if let Some(path) = state_dir {
                builder = builder.state_dir(path);
            }
            if let Some(path) = native_launcher {
                builder = builder.native_launcher(path);
            }
            if let Some(most) = max_workers {
                builder = builder.max_workers(most);
            }
            let host = runtime.block_on(builder.build())?;
            let inner = Inner { host, runtime, functions: Mutex::default() };
            Ok(Self { inner: ManuallyDrop::new(inner), owner: std::process::id() })
        })
        .map_err(|error: Error| raise(&error))
    }

    #[pyo3(signature = (path, entry=None, runtime=None, interpreter=None, preload=None, environment=None, inherit=true))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments in Python")]
    fn register(
        &self,
        py: Python<'_>,
        path: PathBuf,
        entry: Option<String>,
        runtime: Option<String>,
        interpreter: Option<PathBuf>,
        preload: Option<PathBuf>,
        environment: Option<HashMap<String, String>>,
        inherit: bool,
    ) -> PyResult<u64> {
        py.detach(|| {
            let mut function = Function::from_config(path)?;
            if let Some(entry) = entry {
                function = function.entry(entry);
            }
            if let Some(runtime) = runtime {
                function = function.runtime(runtime);
            }
            if let Some(program) = interpreter {
                function = function.interpreter(program);
            }
            if let Some(file) = preload {
                function = function.preload_file(file);
            }
            if inherit {
                function = function.envs(environment::all());
            }
            let function = function.envs(environment.unwrap_or_default());
            let id = self.inner.runtime.block_on(self.inner.host.register(function))?;
            let mut functions = self.inner.functions.lock().unwrap_or_else(PoisonError::into_inner);
            let number = functions.len() as u64 + 1;
            functions.insert(number, id);
            Ok(number)
        })
        .map_err(|error: Error| raise(&error))
    }

    fn prewarm(&self, py: Python<'_>, function: u64, tier: &str, count: usize) -> PyResult<()> {
        let what = Prewarm::named(tier, count).map_err(|error| raise(&error))?;
        py.detach(|| self.inner.runtime.block_on(self.inner.host.prewarm(&self.find(function)?, what)))
            .map_err(|error| raise(&error))
    }

    /// The payload, what was written to both streams, the tier and the timings as JSON text.
    fn invoke<'py>(
        &self,
        py: Python<'py>,
        function: u64,
        event: Vec<u8>,
        timeout: f64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let timeout = Duration::try_from_secs_f64(timeout)
            .map_err(|error| raise(&Error::new(Code::ConfigInvalid, "read the timeout", error.to_string())))?;
        let reply = py
            .detach(|| self.inner.runtime.block_on(self.inner.host.invoke(&self.find(function)?, event, timeout)))
            .map_err(|error| raise(&error))?;
        let timings = serde_json::to_string(&reply.timings()).unwrap_or_default();
        let (tier, output) = (reply.tier().name(), reply.output());
        let bytes = |bytes: &[u8]| PyBytes::new(py, bytes).into_any();
        let (payload, stdout, stderr) = (bytes(reply.payload()), bytes(&output.stdout), bytes(&output.stderr));
        (payload, stdout, stderr, tier, timings).into_pyobject(py)
    }

    fn stop(&self, py: Python<'_>, grace: f64) {
        let grace = Duration::try_from_secs_f64(grace).unwrap_or_default();
        py.detach(|| self.inner.runtime.block_on(self.inner.host.stop(grace)));
    }
}

impl NativeHost {
    fn find(&self, function: u64) -> Result<FunctionId, Error> {
        let functions = self.inner.functions.lock().unwrap_or_else(PoisonError::into_inner);
        functions
            .get(&function)
            .cloned()
            .ok_or_else(|| Error::new(Code::FunctionNotRegistered, "find the function", "this host does not know it"))
    }
}
