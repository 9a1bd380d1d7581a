//! A version of a function as the host runs it.

use super::super::runtime_api::RuntimeApi;
use super::code::Code as CodeDirectory;
use super::record::{Version, Which};
use crate::config::environment::FUNCTION_VERSION;
use crate::error::{Code, Error, Result};
use crate::host::{Function, FunctionId, Host, Prewarm};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long an import may take: AWS's limit.
pub(super) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a package of this runtime brings the program that speaks Lambda's Runtime API: `bootstrap`.
pub(super) fn is_custom(runtime: &str) -> bool {
    matches!(runtime, "provided" | "provided.al2" | "provided.al2023")
}

/// A version that requests can be handed to. The host gets to know it when it is first needed.
#[derive(Debug)]
pub(super) struct Live {
    function: Function,
    id: OnceCell<FunctionId>,
    /// Whether nothing is to be started of it any more.
    is_ended: AtomicBool,
    /// Whether a snapshot was asked for.
    is_snapped: AtomicBool,
    code: Arc<CodeDirectory>,
}

impl Live {
    /// A version whose code was unpacked.
    pub(super) fn stored(name: &str, which: Which, version: &Version, code: Arc<CodeDirectory>) -> Self {
        let function = Function::from_dir(code.path(), &version.handler).init_timeout(INIT_TIMEOUT);
        let function = if is_custom(&version.runtime) {
            let api = RuntimeApi::new().version(which.to_string());
            let has_snapshots = version.snap_start && which != Which::Latest;
            function.protocol(Arc::new(if has_snapshots { api.snap_start() } else { api }))
        } else {
            function.runtime(&version.runtime)
        };
        Self::of(name, which, version, function, code)
    }

    /// A version that a package on disk describes.
    pub(super) fn of(
        name: &str,
        which: Which,
        version: &Version,
        function: Function,
        code: Arc<CodeDirectory>,
    ) -> Self {
        let mut function =
            function.name(name).envs(told(name, which, version, &code)).envs(version.environment.clone());
        if let Some(memory) = version.memory_mb {
            function = function.memory_limit(u64::from(memory) << 20);
        }
        let (is_ended, is_snapped) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { function, id: OnceCell::new(), is_ended, is_snapped, code }
    }

    /// What the host knows it by.
    ///
    /// Fails as [`Host::register`] does, and the next request tries again; with `function.not_registered` once it has ended.
    pub(super) async fn id(&self, host: &Host) -> Result<&FunctionId, Error> {
        let id = self.id.get_or_try_init(|| host.register(self.function.clone())).await?;
        // Whichever comes second, this or the end, sees the other and takes it back.
        if self.is_ended.load(Ordering::SeqCst) {
            host.unregister(id);
            return Err(Error::new(Code::FunctionNotRegistered, "serve the request", "the function was replaced"));
        }
        Ok(id)
    }

    /// Has a snapshot ready for its instances, where none is, nor is being taken.
    ///
    /// Fails as [`Live::id`] and [`Host::prewarm`] do; instances start as they would without.
    pub(super) async fn snapshot(&self, host: &Host) -> Result<(), Error> {
        if self.is_snapped.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let taken = async { host.prewarm(self.id(host).await?, Prewarm::snapshot()).await };
        taken.await.inspect_err(|_| self.is_snapped.store(false, Ordering::Relaxed))
    }

    /// Has the host forget it.
    pub(super) fn end(&self, host: &Host) {
        self.is_ended.store(true, Ordering::SeqCst);
        if let Some(id) = self.known() {
            host.unregister(id);
        }
    }

    /// The same, where it was needed before.
    pub(super) fn known(&self) -> Option<&FunctionId> {
        self.id.get()
    }

    pub(super) fn code(&self) -> &Arc<CodeDirectory> {
        &self.code
    }
}

/// What AWS Lambda tells a function of itself by its environment.
fn told(name: &str, which: Which, version: &Version, code: &CodeDirectory) -> BTreeMap<String, String> {
    let mut told = BTreeMap::from([
        ("AWS_LAMBDA_FUNCTION_NAME".to_owned(), name.to_owned()),
        (FUNCTION_VERSION.to_owned(), which.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME".to_owned(), format!("/aws/lambda/{name}")),
        ("_HANDLER".to_owned(), version.handler.clone()),
    ]);
    told.insert("LAMBDA_TASK_ROOT".to_owned(), code.path().display().to_string());
    told.extend(version.memory_mb.map(|memory| ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), memory.to_string())));
    told
}
