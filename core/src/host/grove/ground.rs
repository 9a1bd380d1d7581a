//! What the modules of a zygote depend on.

use super::fits::Verdict;
use super::literals::Literals;
use super::stamp::Stamps;
use crate::bootstrap::message::Loaded;
use crate::sys::memory::mapped_files;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a function must have in common with a zygote to begin as its child.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) loaded: Loaded,
    /// Where its modules were looked for, beside the interpreter's own directories.
    pub(super) paths: Vec<PathBuf>,
    /// The environment in which they were imported.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) literals: Literals,
    stamps: Stamps,
    /// What was found out about functions, by their numbers.
    verdicts: Mutex<HashMap<u64, Verdict>>,
}

/// What is known of a zygote before it imports anything.
#[derive(Debug)]
pub(super) struct Clearing {
    paths: Vec<PathBuf>,
    stamps: Stamps,
}

impl Clearing {
    /// `own` are the interpreter's directories.
    pub(super) fn new(paths: &[PathBuf], own: &[PathBuf]) -> Self {
        Self { paths: paths.to_vec(), stamps: Stamps::of(paths.iter().chain(own)) }
    }
}

impl Ground {
    /// Of a process that says what it has loaded; `bare` are the files that the root has mapped. Reads files, and may
    /// take a while.
    pub(super) fn survey(
        clearing: Clearing,
        loaded: Loaded,
        environment: BTreeMap<String, String>,
        pid: u32,
        bare: &BTreeSet<PathBuf>,
    ) -> std::io::Result<Self> {
        let mut literals = Literals::default();
        for file in mapped_files(pid)?.difference(bare) {
            literals.add(file)?;
        }
        let Clearing { paths, stamps } = clearing;
        Ok(Self { loaded, paths, environment, literals, stamps, verdicts: Mutex::default() })
    }

    /// What was found out about functions.
    pub(super) fn verdicts(&self) -> MutexGuard<'_, HashMap<u64, Verdict>> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the directories of its modules are as they were.
    pub(super) fn is_current(&self) -> bool {
        self.stamps.are_current()
    }

    /// The interpreter's own search path.
    pub(super) fn own_path(&self) -> Vec<PathBuf> {
        self.loaded.path.iter().map(PathBuf::from).collect()
    }

    /// Whether what was loaded looks into metadata of distributions.
    pub(super) fn reads_metadata(&self) -> bool {
        const READERS: [&str; 3] = ["importlib.metadata", "importlib_metadata", "pkg_resources"];
        self.loaded.modules.iter().any(|module| READERS.contains(&module.name.as_str()))
    }
}
