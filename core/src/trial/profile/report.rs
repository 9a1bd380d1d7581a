//! What the script of one run writes.

use serde::Deserialize;
use std::path::PathBuf;

/// When a module was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Phase {
    /// While the entry was imported.
    Init,
    /// While the first event was handled.
    First,
}

/// One module as one run saw it, in the order in which they began.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) file: Option<PathBuf>,
    /// The row around it, or the one that is known to want it.
    pub(super) parent: Option<usize>,
    pub(super) phase: Phase,
    pub(super) failed: bool,
    pub(super) self_ns: i64,
    pub(super) self_bytes: i64,
}

/// How long the phases took.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Phases {
    pub(super) init: Option<u64>,
    pub(super) first: Option<u64>,
}

/// One run.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) phases: Phases,
    /// How many of them are ES modules.
    #[serde(default)]
    pub(super) es_modules: usize,
}
