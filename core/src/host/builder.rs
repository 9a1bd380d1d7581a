//! Making a host.

use super::serve::Host;
use crate::bootstrap::Limits;
use crate::bootstrap::frame::CEILING_MAX_PAYLOAD;
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::instance::{FreezeLevel, Launchers, Settings, Starter};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a host is to be; every setting has a default.
#[derive(Debug, Clone)]
pub struct HostBuilder {
    state_dir: Option<PathBuf>,
    pub(super) native_launcher: Option<PathBuf>,
    pub(super) native_arguments: Vec<String>,
    pub(super) max_workers: usize,
    pub(super) idle_timeout: Duration,
    pub(super) freeze_after: Option<Duration>,
    pub(super) freeze_level: FreezeLevel,
    pub(super) freezes_by_signals: bool,
    pub(super) zygote_memory: Option<u64>,
    pub(super) criu: Option<PathBuf>,
    pub(super) disk_budget: u64,
    max_payload: u64,
    output: usize,
    start_timeout: Duration,
    preload_timeout: Duration,
    hook_timeout: Duration,
}

impl Default for HostBuilder {
    fn default() -> Self {
        Self {
            state_dir: None,
            native_launcher: None,
            native_arguments: Vec::new(),
            max_workers: 1_000,
            idle_timeout: Duration::from_mins(10),
            freeze_after: None,
            freeze_level: FreezeLevel::Freeze,
            freezes_by_signals: false,
            zygote_memory: None,
            criu: None,
            disk_budget: 10 << 30,
            max_payload: Limits::default().max_payload().into(),
            output: 1 << 20,
            start_timeout: Duration::from_secs(10),
            preload_timeout: Duration::from_mins(1),
            hook_timeout: Duration::from_secs(10),
        }
    }
}

impl HostBuilder {
    /// Where launchers are laid out; made with mode 0700. Default: `HEADSTART_STATE_DIR`, else `headstart`
    /// below the user's state directory.
    pub fn state_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(path.into());
        self
    }

    /// The native launcher's path. Default: `HEADSTART_NATIVE_LAUNCHER`, else `headstart-native-launcher`
    /// beside the running program.
    pub fn native_launcher(mut self, path: impl Into<PathBuf>) -> Self {
        self.native_launcher = Some(path.into());
        self
    }

    /// Arguments of the native launcher before its own, for a program that is a launcher among other things.
    pub fn native_arguments<I: IntoIterator<Item: Into<String>>>(mut self, arguments: I) -> Self {
        self.native_arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// How many workers may exist at once, stems and idle instances included. Default: 1,000.
    pub fn max_workers(mut self, most: usize) -> Self {
        self.max_workers = most.max(1);
        self
    }

    /// How long an instance may be idle, frozen or not, before it is ended. Default: 10 minutes.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How long an instance may be idle before it is frozen. Default: none is, but by [`Prewarm::frozen`].
    ///
    /// [`Prewarm::frozen`]: super::Prewarm::frozen
    pub fn freeze_after(mut self, idle: Duration) -> Self {
        self.freeze_after = Some(idle);
        self
    }

    /// How much is taken from instances that have been idle for so long. Default: [`FreezeLevel::Freeze`].
    pub fn freeze_level(mut self, level: FreezeLevel) -> Self {
        self.freeze_level = level;
        self
    }

    /// Freezes by SIGSTOP even where this process could make cgroups below its own: for platforms that keep workers in
    /// cgroups by themselves.
    pub fn freeze_by_signals(mut self) -> Self {
        self.freezes_by_signals = true;
        self
    }

    /// Bytes that the zygotes of trees may hold together, shared pages in proportion ([`Host::plant`]). Where they hold
    /// more, those of the least use are ended; one from which a living process was forked stays. Default: the plan's
    /// budget.
    pub fn zygote_memory(mut self, bytes: u64) -> Self {
        self.zygote_memory = Some(bytes);
        self
    }

    /// CRIU, which dumps and restores snapshots: a path, or a name on the search path. Default: `HEADSTART_CRIU`, else
    /// `criu`.
    pub fn criu(mut self, program: impl Into<PathBuf>) -> Self {
        self.criu = Some(program.into());
        self
    }

    /// Bytes that snapshots and laid-out images may take in the state directory. Where they take more, those that were
    /// used longest ago are removed; what a living host uses stays, whatever it takes. What nobody has used for seven days
    /// goes in any case. Default: 10 GiB.
    pub fn disk_budget(mut self, bytes: u64) -> Self {
        self.disk_budget = bytes;
        self
    }

    /// Bytes of the largest event and result. Default: 6 MiB; at most 256 MiB.
    pub fn max_payload(mut self, bytes: u64) -> Self {
        self.max_payload = bytes;
        self
    }

    /// Bytes of each output stream that are kept for a request. Default: 1 MiB.
    pub fn output_limit(mut self, bytes: usize) -> Self {
        self.output = bytes;
        self
    }

    /// How long a launcher may take to say its first word. Default: 10 seconds.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// How long importing a preload set may take. Default: 60 seconds.
    pub fn preload_timeout(mut self, timeout: Duration) -> Self {
        self.preload_timeout = timeout;
        self
    }

    /// How long the hooks of one kind may take. Default: 10 seconds.
    pub fn hook_timeout(mut self, timeout: Duration) -> Self {
        self.hook_timeout = timeout;
        self
    }

    /// Makes the host. To be called within a tokio runtime with time and I/O enabled.
    ///
    /// Fails with `host.state_dir_unusable`, `config.missing`, `config.invalid` and `system.io`.
    #[expect(clippy::unused_async, reason = "room for start-up work, without a change of every caller")]
    pub async fn build(self) -> Result<Host> {
        let starter = Starter::new(Launchers::install(&self.state_directory()?)?, self.settings()?)?;
        Ok(Host::new(self, starter))
    }

    /// The state directory that was named, or the default.
    pub(crate) fn state_directory(&self) -> Result<PathBuf> {
        let state_dir = self.state_dir.clone().or_else(environment::state_dir).ok_or_else(|| {
            Error::new(Code::ConfigMissing, "make the host", "there is no state directory")
                .hint(format!("set {} or name one to the builder", environment::STATE_DIR))
        })?;
        absolute(&state_dir)
    }

    fn settings(&self) -> Result<Settings> {
        let max_payload = u32::try_from(self.max_payload).ok().filter(|bytes| *bytes <= CEILING_MAX_PAYLOAD);
        let max_payload = max_payload.ok_or_else(|| {
            let text = format!("the payload limit is at most {CEILING_MAX_PAYLOAD} bytes");
            Error::new(Code::ConfigInvalid, "make the host", text).with("max_payload", self.max_payload)
        })?;
        Ok(Settings {
            limits: Limits::new(max_payload),
            output: self.output,
            start_timeout: self.start_timeout,
            preload_timeout: self.preload_timeout,
            hook_timeout: self.hook_timeout,
        })
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| {
        Error::new(Code::StateDirUnusable, "make the host", error.to_string()).with("state_dir", path.display())
    })
}
