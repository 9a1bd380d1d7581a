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
/// CRIU, which dumps and restores snapshots: a path, or a name on the search path. Default: `criu`.
pub const CRIU: &str = "HEADSTART_CRIU";
/// What callers of `headstart serve` have to show. Default: nothing.
pub const TOKEN: &str = "HEADSTART_TOKEN";
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
