//! Every environment variable that Headstart reads. Nothing else in the workspace reads the environment.
#![expect(clippy::disallowed_methods, reason = "this is the one file that may read the environment")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Where the host lays out its launchers. Default: `headstart` under `XDG_STATE_HOME`, else
/// `~/.local/state/headstart`.
pub const STATE_DIR: &str = "HEADSTART_STATE_DIR";
/// Where values are cached for all workers of this user. Default: `headstart` under `XDG_CACHE_HOME`, else
/// `~/.cache/headstart`.
pub const CACHE_DIR: &str = "HEADSTART_CACHE_DIR";
/// The native launcher's path. Default: beside the running program.
pub const NATIVE_LAUNCHER: &str = "HEADSTART_NATIVE_LAUNCHER";
/// The function's version, as Lambda tells it.
pub const FUNCTION_VERSION: &str = "AWS_LAMBDA_FUNCTION_VERSION";
/// CRIU, which dumps and restores snapshots: a path, or a name on the search path. Default: `criu`.
pub const CRIU: &str = "HEADSTART_CRIU";
/// What callers of `headstart serve` have to show. Default: nothing.
pub const TOKEN: &str = "HEADSTART_TOKEN";
/// The secret of the access key that callers of `headstart serve` sign with. Default: none.
pub const SECRET_KEY: &str = "HEADSTART_SECRET_KEY";
/// Where `headstart serve` sends traces over OTLP, where it was built with the feature `otlp`. Default: nowhere.
pub const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Which log lines the command line prints, in the syntax of `tracing-subscriber`. Default: `warn`.
pub const LOG: &str = "HEADSTART_LOG";

const XDG_STATE_HOME: &str = "XDG_STATE_HOME";
const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";
const HOME: &str = "HOME";
const PATH: &str = "PATH";
const PYENV_ROOT: &str = "PYENV_ROOT";
const CARGO: &str = "CARGO";

/// What a worker's environment takes over from the host's where the function does not set it: enough to find
/// programs, to write temporary files and to format text, and nothing that could be a secret.
pub const PASSED_ON: &[&str] = &["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The state directory that the user names, or the default; `None` where there is no home either.
pub fn state_dir() -> Option<PathBuf> {
    own_directory(STATE_DIR, XDG_STATE_HOME, ".local/state")
}

/// The cache directory that the user names, or the default; `None` where there is no home either.
pub fn cache_dir() -> Option<PathBuf> {
    own_directory(CACHE_DIR, XDG_CACHE_HOME, ".cache")
}

/// What a variable names, else ours in what another one names, else in a directory of the home.
fn own_directory(named: &str, base: &str, in_home: &str) -> Option<PathBuf> {
    value(named).map(PathBuf::from).or_else(|| {
        let base = value(base).map(PathBuf::from);
        base.or_else(|| home().map(|home| home.join(in_home))).map(|dir| dir.join("headstart"))
    })
}

/// The native launcher that the user names.
pub fn native_launcher() -> Option<PathBuf> {
    value(NATIVE_LAUNCHER).map(PathBuf::from)
}

/// CRIU: the program that the user names, else the one of the search path.
pub fn criu() -> PathBuf {
    value(CRIU).map_or_else(|| PathBuf::from("criu"), PathBuf::from)
}

/// The token that callers of a server have to show.
pub fn token() -> Option<String> {
    value(TOKEN).and_then(|token| token.into_string().ok())
}

/// The secret that callers of a server sign their requests with.
pub fn secret_key() -> Option<String> {
    value(SECRET_KEY).and_then(|secret| secret.into_string().ok())
}

/// The collector of traces that the user names.
pub fn otlp_endpoint() -> Option<OsString> {
    value(OTLP_ENDPOINT)
}

/// The log filter that the user names.
pub fn log_filter() -> Option<String> {
    value(LOG).and_then(|filter| filter.into_string().ok())
}

/// The user's home directory.
pub fn home() -> Option<PathBuf> {
    value(HOME).map(PathBuf::from)
}

/// The directories where programs are looked up.
pub fn search_path() -> Vec<PathBuf> {
    value(PATH).map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// Where pyenv keeps its interpreters.
pub fn pyenv_root() -> Option<PathBuf> {
    value(PYENV_ROOT).map(PathBuf::from).or_else(|| home().map(|home| home.join(".pyenv")))
}

/// Cargo: the one that runs this program as its subcommand, else the one of the search path.
pub fn cargo() -> PathBuf {
    value(CARGO).map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// The variables of [`PASSED_ON`] that are set and are UTF-8.
pub fn passed_on() -> BTreeMap<String, String> {
    let read = |name: &&str| Some(((*name).to_owned(), value(name)?.into_string().ok()?));
    PASSED_ON.iter().filter_map(read).collect()
}

/// Every variable of this process that is UTF-8, for functions that are to see what their author sees.
pub fn all() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The runtime of the function where the launcher serves AWS Lambda: `python3.12`, `nodejs22`, `native`. Default: by the
/// platform's own name for it, else by the files of the package.
pub const RUNTIME: &str = "HEADSTART_RUNTIME";
/// The interpreter of the function where the launcher serves AWS Lambda. Default: found as `docs/guides/on-lambda.md` says.
pub const INTERPRETER: &str = "HEADSTART_INTERPRETER";
/// Where the Python and the Node launcher are, where the native one serves AWS Lambda. Default: beside it.
pub const LAUNCHERS: &str = "HEADSTART_LAUNCHERS";

/// What AWS Lambda says to a runtime ("Defined runtime environment variables", AWS Lambda developer guide), and what
/// users say to ours.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Lambda {
    /// `AWS_LAMBDA_RUNTIME_API`: where the Runtime API is, `host:port`.
    pub api: Option<String>,
    /// `_HANDLER`: the entry.
    pub handler: Option<String>,
    /// `LAMBDA_TASK_ROOT`: the package.
    pub task_root: Option<PathBuf>,
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function: Option<String>,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`: mebibytes.
    pub memory: Option<String>,
    /// `AWS_EXECUTION_ENV`: `AWS_Lambda_python3.12`.
    pub execution: Option<String>,
    /// `AWS_LAMBDA_INITIALIZATION_TYPE`: `on-demand`, `snap-start` and others.
    pub initialization: Option<String>,
    /// `AWS_LAMBDA_MAX_CONCURRENCY`: how many events one environment handles at once.
    pub concurrency: Option<String>,
    /// `_LAMBDA_TELEMETRY_LOG_FD_PROVIDER_SOCKET`: where workers of such an environment get something to write logs to.
    pub log_socket: Option<PathBuf>,
    /// `HEADSTART_IMAGE`: an init image that does not lie in the package.
    pub image: Option<PathBuf>,
    /// `HEADSTART_RUNTIME`.
    pub runtime: Option<String>,
    /// `HEADSTART_INTERPRETER`.
    pub interpreter: Option<PathBuf>,
    /// `HEADSTART_LAUNCHERS`.
    pub launchers: Option<PathBuf>,
}

/// What Tencent's SCF says to this process, where that is its platform ("Custom Runtime", Serverless Cloud Function): in
/// Lambda's terms, as far as it says the same.
pub fn scf() -> Option<Lambda> {
    let host = text("SCF_RUNTIME_API")?;
    Some(Lambda {
        api: text("SCF_RUNTIME_API_PORT").map(|port| format!("{host}:{port}")),
        task_root: path("USER_CODE_ROOT"),
        function: text("SCF_FUNCTIONNAME"),
        memory: None,
        execution: None,
        initialization: None,
        concurrency: None,
        log_socket: None,
        ..lambda()
    })
}

fn text(name: &str) -> Option<String> {
    value(name)?.into_string().ok()
}

fn path(name: &str) -> Option<PathBuf> {
    value(name).map(PathBuf::from)
}

/// What AWS Lambda says to this process.
pub fn lambda() -> Lambda {
    Lambda {
        api: text("AWS_LAMBDA_RUNTIME_API"),
        handler: text("_HANDLER"),
        task_root: path("LAMBDA_TASK_ROOT"),
        function: text("AWS_LAMBDA_FUNCTION_NAME"),
        memory: text("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        execution: text("AWS_EXECUTION_ENV"),
        initialization: text("AWS_LAMBDA_INITIALIZATION_TYPE"),
        concurrency: text("AWS_LAMBDA_MAX_CONCURRENCY"),
        log_socket: path("_LAMBDA_TELEMETRY_LOG_FD_PROVIDER_SOCKET"),
        image: path("HEADSTART_IMAGE"),
        runtime: text(RUNTIME),
        interpreter: path(INTERPRETER),
        launchers: path(LAUNCHERS),
    }
}
