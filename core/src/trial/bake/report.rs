//! What the script of a recorded run writes, in a process whose code is not ours: nothing of it need be true.

use crate::error::{Code, Error};
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of what is read, report and code alike.
const MOST_BYTES: u64 = 2 << 30;

/// The report of a recorded run of a Python function.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    pub(super) interpreter: String,
    pub(super) roots: Vec<(String, String)>,
    pub(super) searched: Vec<Vec<usize>>,
    pub(super) modules: Vec<Module>,
    /// Modules that stay with the import system, and why.
    pub(super) left: Vec<(String, String)>,
}

/// A module that was found.
#[derive(Debug, Deserialize)]
pub(super) struct Module {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) kind: ModuleKind,
    pub(super) root: usize,
    pub(super) path: String,
    pub(super) searched: Option<usize>,
}

/// What kind of module it is.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum ModuleKind {
    Source { size: u64, mtime_ns: i64, hash: String, offset: usize, bytes: usize },
    Extension,
}

/// What a recorded run left cannot be used.
pub(super) fn unsound(why: &str) -> Error {
    let text = format!("the recorded run left no sound report: {why}");
    Error::new(Code::BakeFailed, "bake the function", text)
        .hint("a function that ends its own process cannot be recorded")
}

/// Reads at most 2 GiB of a file.
pub(super) fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
