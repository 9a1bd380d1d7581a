//! Functions that are served where they lie, and taken up anew when their files change.

use super::super::configured::configured;
use super::described;
use super::name;
use super::record::{CodeRecord, Version};
use super::server::Shared;
use crate::config::FunctionConfig;
use crate::error::{Code, Error, Result};
use crate::host::{Function, Request};
use crate::package::{Entry, Runtime, locate};
use crate::snapshot::on_a_thread;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How often directories are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many files of a package are looked at.
const MOST_FILES: usize = 50_000;
/// What running a package leaves in it, and what is none of its code.
const NOT_CODE: [&str; 3] = ["__pycache__", ".git", ".headstart"];

/// The packages at `path`: itself, or the directories in it.
///
/// Fails with `function.not_found`, and with `config.missing` where there is none.
pub(super) fn packages(path: &Path) -> Result<Vec<PathBuf>> {
    let path = locate(path)?;
    if is_package(&path)? {
        return Ok(vec![path]);
    }
    let entries = fs::read_dir(&path).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for directory in entries.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        if is_package(&directory)? {
            found.push(directory.canonicalize().unwrap_or(directory));
        }
    }
    found.sort();
    if found.is_empty() {
        let error =
            Error::new(Code::ConfigMissing, "find functions", "neither it nor a directory in it names an entry");
        return Err(error.with("path", path.display()).hint("write entry = \"app.handler\" into its headstart.toml"));
    }
    Ok(found)
}

fn is_package(directory: &Path) -> Result<bool> {
    Ok(FunctionConfig::load(directory)?.entry.is_some())
}

/// The name of the function at `path`, what it is, and how it is registered. `memory`: the limit where it names none.
///
/// Fails with `config.invalid` and `function.*`.
pub(super) fn read(path: &Path, memory: Option<u64>) -> Result<(String, Version, Function)> {
    let config = FunctionConfig::load(path)?;
    let base = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut function = configured(path, config.clone())?;
    let name = config.name.unwrap_or(base);
    let name = name::new_function(&name).map_err(|fault| {
        let error = Error::new(Code::ConfigInvalid, "serve the function", fault.to_string());
        error.with("path", path.display()).hint("give it a name of letters, digits, - and _ in its headstart.toml")
    })?;
    let handler = config.entry.unwrap_or_default();
    let entry: Entry = handler.parse()?;
    let guessed = || Runtime::guess(path, entry.module()).map(|runtime| runtime.to_string());
    let memory = config.memory_limit.or(memory);
    if let Some(bytes) = memory {
        function = function.memory_limit(bytes);
    }
    let version = Version {
        runtime: config.runtime.or_else(guessed).unwrap_or_default(),
        timeout_ms: u64::try_from(config.timeout.unwrap_or(Request::DEFAULT_TIMEOUT).as_millis()).unwrap_or(u64::MAX),
        memory_mb: memory.and_then(|bytes| u32::try_from(bytes.div_ceil(1 << 20)).ok()),
        environment: config.environment,
        snap_start: config.snap_start,
        handler,
        role: String::new(),
        description: format!("Served from {}", path.display()),
        echoed: BTreeMap::new(),
        code: CodeRecord { directory: String::new(), sha256: STANDARD.encode(state(path)), bytes: 0 },
        revision: Uuid::new_v4().to_string(),
        modified: described::now(),
    };
    Ok((name, version, function))
}

/// A digest of the names, sizes and times of a package's files.
fn state(path: &Path) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut left = vec![path.to_owned()];
    let mut files = 0;
    while let Some(directory) = left.pop() {
        let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
        let mut entries: Vec<_> = entries.map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap_or_default();
            let Ok(found) = path.symlink_metadata() else { continue };
            if NOT_CODE.iter().any(|other| name == *other) {
                continue;
            }
            if found.is_dir() {
                left.push(path);
                continue;
            }
            files += 1;
            if files > MOST_FILES {
                return hasher.finalize().into();
            }
            hasher.update(path.as_os_str().as_encoded_bytes());
            for number in [found.len().cast_signed(), found.mtime(), found.mtime_nsec(), found.ino().cast_signed()] {
                hasher.update(number.to_le_bytes());
            }
        }
    }
    hasher.finalize().into()
}

impl Shared {
    /// Serves the function at `path`, in place of what it was before; its name.
    ///
    /// Fails where it cannot be registered; what was served before is then served on.
    pub(super) async fn put(&self, path: PathBuf, memory: Option<u64>) -> Result<String> {
        let at = path.clone();
        let (name, version, function) = on_a_thread(move || read(&at, memory)).await?;
        self.registry.put_directory(path, version, function, &name).await?;
        Ok(name)
    }
}

/// Looks at packages again and again, and takes up those that changed. One that cannot be taken up is told of once for
/// each change.
pub(super) async fn watch(shared: Arc<Shared>, paths: Vec<PathBuf>, memory: Option<u64>) {
    let mut seen: Vec<Option<[u8; 32]>> = vec![None; paths.len()];
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        for (path, seen) in paths.iter().zip(&mut seen) {
            let at = path.clone();
            let Ok(now) = on_a_thread(move || Ok(state(&at))).await else { continue };
            if seen.replace(now).is_none_or(|before| before == now) {
                continue;
            }
            match shared.put(path.clone(), memory).await {
                Ok(_) => {
                    tracing::info!(target: "headstart::serve", path = %path.display(), "a changed function is served");
                }
                Err(error) => {
                    tracing::warn!(target: "headstart::serve", path = %path.display(), "what was before is served on: failed to {error}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_package_or_the_packages_in_a_directory_are_found() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(packages(root.path()).unwrap_err().code(), Code::ConfigMissing);
        for name in ["b", "a"] {
            write(&root.path().join(name).join("headstart.toml"), "entry = 'app.handler'");
        }
        write(&root.path().join("none/readme.md"), "");
        let names = |path: &Path| -> Vec<String> {
            let found = packages(path).unwrap();
            found.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(root.path()), ["a", "b"]);
        assert_eq!(names(&root.path().join("a")), ["a"]);
        write(&root.path().join("bad name/headstart.toml"), "entry = 'app.handler'");
        assert_eq!(read(&root.path().join("bad name"), None).unwrap_err().code(), Code::ConfigInvalid);
    }

    #[test]
    fn a_change_is_seen_and_bytecode_is_none() {
        let root = tempfile::tempdir().unwrap();
        write(&root.path().join("app.py"), "1");
        let before = state(root.path());
        write(&root.path().join("__pycache__/app.pyc"), "1");
        assert_eq!(state(root.path()), before);
        write(&root.path().join("sub/x.py"), "1");
        assert_ne!(state(root.path()), before);
    }
}
