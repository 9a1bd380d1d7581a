//! What rules look at.

use super::{bytecode, cargo, debug, duplicates, foreign, native, provided, record, runtime, unneeded, unreadable};
use crate::package::{FileId, Package};
use crate::slim::analysis::Platform;
use crate::slim::binary::Binary;
use crate::slim::{Finding, Trace};

/// A package with its trace, where the entry is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) package: &'a Package,
    pub(crate) trace: Option<&'a Trace>,
    pub(crate) version: Option<(u32, u32)>,
    pub(crate) platform: Option<Platform>,
    /// A native function's own binary.
    pub(crate) binary: Option<&'a Binary>,
}

type Look = fn(&Subject<'_>) -> Vec<Finding>;

const RULES: &[Look] = &[
    unreadable::find,
    bytecode::find,
    foreign::find,
    duplicates::find,
    unneeded::find,
    debug::find,
    native::find,
    cargo::find,
    provided::find,
    runtime::find,
    record::find,
];

/// Everything that the rules have to say, the weightiest first.
pub(crate) fn find_all(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = RULES.iter().flat_map(|look| look(subject)).collect();
    found.extend(subject.trace.into_iter().flat_map(Trace::findings).cloned());
    found.sort_by_key(|it| (std::cmp::Reverse(it.rule.level()), std::cmp::Reverse(it.saving_bytes), it.rule));
    found
}

impl Subject<'_> {
    /// Whether nothing reaches a file; unknown without a trace.
    pub(super) fn is_unreached(&self, file: FileId) -> bool {
        self.trace.is_some_and(|trace| !trace.has(file))
    }

    /// A finding that all of `files` could go.
    pub(super) fn removing(&self, finding: Finding, files: Vec<FileId>) -> Finding {
        let bytes = files.iter().map(|file| self.package.tree().file(*file).size).sum();
        finding.saving(files, bytes)
    }
}

/// `1 file`, `12 files`.
pub(super) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
