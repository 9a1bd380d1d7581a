//! What was seen while a function ran on sample events.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What a function did on its events, as the recorder in its runtime saw it. All paths are absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Observation {
    /// Files of modules that were loaded.
    pub modules: Vec<PathBuf>,
    /// Other files that were opened.
    pub files: Vec<PathBuf>,
    /// Shared objects that were mapped.
    pub shared_objects: Vec<PathBuf>,
    /// Python sources among the modules that were read, not only imported.
    pub sources: Vec<PathBuf>,
    /// Directories that were listed.
    pub directories: Vec<PathBuf>,
}

impl Observation {
    /// Every file that was seen.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.modules.iter().chain(&self.files).chain(&self.shared_objects)
    }
}
