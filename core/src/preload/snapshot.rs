//! A start-up snapshot of Node, and what must hold for a process to be started from it.
//!
//! What a process is started from cannot be checked by the process: Node ends where a snapshot is another build's, and
//! files that the snapshot was made of are not read again. So whoever starts it looks before.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What must hold, as it was when the snapshot was taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Guards {
    /// The package.
    directory: PathBuf,
    /// The interpreter.
    executable: Identity,
    /// Environment variables that were read: their values, or that they were not there.
    #[serde(default)]
    environment: BTreeMap<String, Option<String>>,
    /// The names of all environment variables, where the snapshot has seen them.
    #[serde(default)]
    names: Option<BTreeSet<String>>,
    // `terminals`, that no standard stream is a terminal, holds for every worker.
    /// The files that it was made of.
    #[serde(default)]
    files: Vec<Identity>,
}

/// A file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Identity {
    file: PathBuf,
    size: u64,
    /// A number that JSON readers may round.
    mtime_ns: String,
}

impl Identity {
    fn is_unchanged(&self) -> bool {
        std::fs::metadata(&self.file).is_ok_and(|found| {
            let modified = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
            found.len() == self.size && modified.to_string() == self.mtime_ns
        })
    }
}

impl Guards {
    /// Why a process of this program, in this package and environment, may not be started from the snapshot; `None`
    /// where nothing speaks against it.
    pub fn objection(&self, program: &Path, package: &Path, environment: &BTreeMap<String, String>) -> Option<String> {
        let same = |one: &Path, other: &Path| one.canonicalize().ok() == other.canonicalize().ok();
        if !same(&self.executable.file, program) || !self.executable.is_unchanged() {
            return Some(format!("it was taken by {}, which is another program now", self.executable.file.display()));
        }
        if !same(&self.directory, package) {
            return Some(format!("it was taken of the package at {}", self.directory.display()));
        }
        let differs = |(name, value): &(&String, &Option<String>)| environment.get(*name) != value.as_ref();
        if let Some((name, _)) = self.environment.iter().find(differs) {
            return Some(format!("it was taken with another value of {name}"));
        }
        if self.names.as_ref().is_some_and(|names| !names.iter().eq(environment.keys())) {
            return Some("it was taken with other environment variables".to_owned());
        }
        let changed = self.files.iter().find(|file| !file.is_unchanged())?;
        Some(format!("{} has changed since it was taken", changed.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity(file: &Path) -> serde_json::Value {
        let found = std::fs::metadata(file).unwrap();
        let modified = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
        json!({"file": file, "size": found.len(), "mtime_ns": modified.to_string()})
    }

    #[test]
    fn whatever_is_another_speaks_against_it() {
        let directory = tempfile::tempdir().unwrap();
        let (program, module) = (directory.path().join("node"), directory.path().join("module.js"));
        std::fs::write(&program, "program").unwrap();
        std::fs::write(&module, "module").unwrap();
        let guards: Guards = serde_json::from_value(json!({
            "directory": directory.path(),
            "executable": identity(&program),
            "environment": {"TZ": null, "MODE": "fast"},
            "names": ["HOME", "MODE"],
            "terminals": null,
            "files": [identity(&module)],
        }))
        .unwrap();
        let environment = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let good = environment(&[("MODE", "fast"), ("HOME", "/")]);
        let object = |environment: &_| guards.objection(&program, directory.path(), environment);
        assert_eq!(object(&good), None);
        for bad in [
            &[("MODE", "slow"), ("HOME", "/")][..],
            &[("MODE", "fast")],
            &[("MODE", "fast"), ("HOME", "/"), ("TZ", "")],
        ] {
            assert!(object(&environment(bad)).unwrap().contains("another value of") || bad.len() == 1, "{bad:?}");
        }
        assert!(guards.objection(&module, directory.path(), &good).is_some());
        assert!(guards.objection(&program, Path::new("/"), &good).is_some());
        std::fs::write(&module, "edited").unwrap();
        assert!(object(&good).unwrap().contains("module.js has changed"));
    }
}
