//! Finding the interpreter of a runtime, and asking it what it is.

use super::launcher::Launchers;
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::package::{Language, Runtime};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;

/// How long an interpreter may take to say what it is.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);
/// How much an interpreter may say about itself.
const MOST_WORDS: u64 = 64 << 10;
/// The exit code of a launcher that finds its interpreter too old.
const EXIT_TOO_OLD: i32 = 3;

/// An interpreter that was found and asked; for native functions, the native launcher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Interpreter {
    /// The program itself, past any shim that stands before it.
    pub program: PathBuf,
    /// Its version, `3.12.1`.
    pub version: String,
    /// Arguments before the launcher's.
    #[serde(skip)]
    pub(crate) arguments: Vec<String>,
}

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) runtime: Runtime,
    /// The one the function names.
    pub(crate) named: Option<&'a Path>,
    pub(crate) package: &'a Path,
    pub(crate) native_launcher: Option<&'a Path>,
}

impl Interpreter {
    /// Finds the interpreter: the one that is named, else the first that answers and has the right version of
    /// the package's own virtual environment, the search path and pyenv.
    pub(crate) async fn find(search: Search<'_>, launchers: &Launchers) -> Result<Self> {
        if search.runtime.language() == Language::Native {
            return native(search);
        }
        if let Some(named) = search.named {
            let found = probe(&search.package.join(named), search.runtime.language(), launchers).await?;
            return check_version(found, search.runtime);
        }
        let mut tried = Vec::new();
        let mut too_old = None;
        for program in candidates(search) {
            match probe(&program, search.runtime.language(), launchers)
                .await
                .and_then(|it| check_version(it, search.runtime))
            {
                Ok(found) => return Ok(found),
                Err(error) => {
                    tried.push(program.display().to_string());
                    too_old = Some(error).filter(|error| error.code() == Code::RuntimeTooOld).or(too_old);
                }
            }
        }
        Err(too_old.unwrap_or_else(|| not_found(search.runtime, &tried)))
    }

    /// Arguments that stand before the launcher's own, for a program that is a launcher among other things.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The major and minor version.
    pub fn release(&self) -> (u32, u32) {
        let mut parts = self.version.split('.').map_while(|part| part.parse().ok());
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

fn not_found(runtime: Runtime, tried: &[String]) -> Error {
    let message = match tried {
        [] => "none is on the search path".to_owned(),
        [one] => format!("{one} does not serve"),
        [first, .., last] => format!("none of {} serves, {first} to {last}", tried.len()),
    };
    Error::new(Code::RuntimeNotFound, "find the interpreter", message).with("runtime", runtime)
}

fn check_version(found: Interpreter, runtime: Runtime) -> Result<Interpreter> {
    let (oldest, release) = (runtime.language().oldest(), found.release());
    if release < oldest {
        let text =
            format!("{} is version {}, older than {}.{}", found.program.display(), found.version, oldest.0, oldest.1);
        return Err(Error::new(Code::RuntimeTooOld, "use the interpreter", text).with("runtime", runtime));
    }
    if !runtime.accepts(release) {
        let text = format!("{} is version {}", found.program.display(), found.version);
        return Err(Error::new(Code::RuntimeNotFound, "use the interpreter", text).with("runtime", runtime));
    }
    Ok(found)
}

fn candidates(search: Search<'_>) -> Vec<PathBuf> {
    let name = search.runtime.to_string();
    let names: Vec<String> = match search.runtime.language() {
        Language::Python => [name.as_str(), "python3", "python"].map(str::to_owned).to_vec(),
        _ => ["node", "nodejs"].map(str::to_owned).to_vec(),
    };
    let mut found: Vec<PathBuf> = Vec::new();
    if search.runtime.language() == Language::Python {
        found.extend([".venv/bin/python", "venv/bin/python"].map(|name| search.package.join(name)));
    }
    for name in &names {
        found.extend(environment::search_path().into_iter().map(|directory| directory.join(name)));
    }
    if search.runtime.language() == Language::Python {
        found.extend(pyenv(&name));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| path.is_file() && seen.insert(path.clone()));
    found
}

/// pyenv's interpreters, newest release first.
fn pyenv(name: &str) -> Vec<PathBuf> {
    let Some(versions) = environment::pyenv_root().and_then(|root| std::fs::read_dir(root.join("versions")).ok())
    else {
        return Vec::new();
    };
    let mut found: Vec<_> = versions.flatten().map(|version| version.path().join("bin").join(name)).collect();
    found.sort_by_key(|path| std::cmp::Reverse(release_in(path)));
    found
}

fn release_in(path: &Path) -> Vec<u32> {
    let directory =
        path.ancestors().nth(2).and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    directory.split('.').map_while(|part| part.parse().ok()).collect()
}

#[derive(Deserialize)]
struct Answer {
    version: String,
    executable: PathBuf,
}

/// Asks an interpreter what it is, which also leaves the launcher's bytecode behind.
async fn probe(program: &Path, language: Language, launchers: &Launchers) -> Result<Interpreter> {
    let refuse = |message: String| {
        Error::new(Code::RuntimeNotFound, "ask the interpreter what it is", message).with("program", program.display())
    };
    let mut command = tokio::process::Command::new(program);
    command.arg(launchers.script(language)).arg("--probe");
    // The program may be the package's own: it sees no more than a worker would.
    command.env_clear().envs(environment::passed_on()).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| refuse(error.to_string()).caused_by(error))?;
    let pid = child.id();
    let spoken = tokio::time::timeout(PROBE_TIMEOUT, listen(&mut child)).await;
    // What it started besides, a shim's programs for example, ends with it.
    let _ = pid.map(crate::sys::process::kill_group);
    let (status, stdout, stderr) = spoken
        .map_err(|_| refuse(format!("it did not answer within {}s", PROBE_TIMEOUT.as_secs())))?
        .map_err(|error| refuse(error.to_string()).caused_by(error))?;
    let words = String::from_utf8_lossy(&stderr).trim().to_owned();
    match status.code() {
        Some(0) => {}
        Some(EXIT_TOO_OLD) => return Err(Error::new(Code::RuntimeTooOld, "use the interpreter", words)),
        _ => return Err(refuse(format!("it ended with {status}: {words}"))),
    }
    let answer: Answer = serde_json::from_slice(&stdout)
        .map_err(|error| refuse(format!("it answered something else: {error}")).caused_by(error))?;
    Ok(Interpreter { program: answer.executable, version: answer.version, arguments: Vec::new() })
}

/// Takes what a program says, up to a limit, and waits for its end.
async fn listen(child: &mut Child) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    async fn read(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            stream.take(MOST_WORDS).read_to_end(&mut bytes).await?;
        }
        Ok(bytes)
    }
    let (stdout, stderr) = tokio::try_join!(read(child.stdout.take()), read(child.stderr.take()))?;
    Ok((child.wait().await?, stdout, stderr))
}

/// The native launcher, for native functions.
fn native(search: Search<'_>) -> Result<Interpreter> {
    let named =
        search.named.map(|named| search.package.join(named)).or_else(|| search.native_launcher.map(Path::to_owned));
    let program = native_launcher(named)?;
    Ok(Interpreter { program, version: env!("CARGO_PKG_VERSION").into(), arguments: Vec::new() })
}

/// The native launcher: the one that is named, else the one of the environment, else the one beside the running program.
///
/// Fails with `runtime.not_found`.
pub fn native_launcher(named: Option<PathBuf>) -> Result<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|path| Some(path.parent()?.join("headstart-native-launcher")));
    let program = named.or_else(environment::native_launcher).or(beside).filter(|path| path.is_file());
    program.ok_or_else(|| {
        Error::new(
            Code::RuntimeNotFound,
            "find the native launcher",
            "headstart-native-launcher is not beside this program",
        )
        .hint(
            "build it with `cargo build --profile launcher -p headstart-native-launcher` and name its path to the host",
        )
    })
}
