//! What valid bytecode would save of a start.

use super::run::{ProfileOptions, run_plain};
use super::summary::Profile;
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::package::{Language, Package};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Microseconds that importing the entry takes less once all modules of its profile have valid bytecode: the best
/// of as many runs as the profile had, of each kind, one after the other. The bytecode goes to a temporary
/// directory; the package is only read.
///
/// `None` for other languages than Python. To be called as [`profile`](super::profile()), and fails as that does.
pub async fn bytecode_saving(package: &Package, options: &ProfileOptions, profile: &Profile) -> Result<Option<u64>> {
    if package.runtime().language() != Language::Python {
        return Ok(None);
    }
    let cache = tempfile::tempdir().map_err(|error| failed(error.to_string()).caused_by(error))?;
    let is_source = |path: &&PathBuf| path.extension().is_some_and(|it| it == "py");
    let sources = profile.modules.iter().filter_map(|module| module.file.as_ref()).filter(is_source);
    compile(&profile.interpreter.program, cache.path(), sources)?;
    let mut with = options.trial.clone();
    with.environment.insert("PYTHONPYCACHEPREFIX".to_owned(), cache.path().to_string_lossy().into_owned());
    let (mut before, mut after) = (u64::MAX, u64::MAX);
    for _ in 0..options.runs.max(1) {
        before = before.min(run_plain(package, &options.trial).await?.0);
        after = after.min(run_plain(package, &with).await?.0);
    }
    Ok(Some(before.saturating_sub(after)))
}

/// Compiles sources into a directory that stands for all others that hold bytecode; what does not compile is left.
fn compile<'a>(interpreter: &Path, cache: &Path, sources: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let mut command = Command::new(interpreter);
    command.args(["-I", "-S", "-X"]).arg(format!("pycache_prefix={}", cache.display()));
    command.args(["-m", "compileall", "-q", "-i", "-"]).env_clear().envs(environment::passed_on());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let about = |error: std::io::Error| failed(error.to_string()).with("interpreter", interpreter.display());
    let mut child = command.spawn().map_err(about)?;
    let mut list = Vec::new();
    for source in sources {
        list.extend_from_slice(source.as_os_str().as_bytes());
        list.push(b'\n');
    }
    if let Some(mut stdin) = child.stdin.take() {
        // That it does not listen shows in what is saved: nothing.
        let _ = stdin.write_all(&list);
    }
    child.wait().map(drop).map_err(about)
}

fn failed(message: String) -> Error {
    Error::new(Code::SystemIo, "measure what bytecode saves", message)
}
