//! The files that were reached.

use super::reason::{Reason, Why};
use crate::package::{FileId, Tree};
use crate::slim::Finding;
#[cfg(feature = "node-analyzer")]
use crate::slim::Rule;
use rustc_hash::FxHashSet;

/// How many reasons are kept of one file.
const MOST_REASONS: usize = 8;

/// The files that a function reaches, with their reasons.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// By file; no reasons: not reached.
    reasons: Vec<Vec<Reason>>,
    findings: Vec<Finding>,
    parsed: usize,
}

impl Trace {
    /// Whether a file is reached.
    pub fn has(&self, file: FileId) -> bool {
        !self.reasons(file).is_empty()
    }

    /// The reasons for which a file is reached, the first one found first, at most eight.
    pub fn reasons(&self, file: FileId) -> &[Reason] {
        self.reasons.get(file.index()).map_or(&[], Vec::as_slice)
    }

    /// The files that are reached, in the tree's order.
    pub fn files<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = FileId> + 'a {
        tree.iter().map(|(id, _)| id).filter(|id| self.has(*id))
    }

    /// The chain that brought a file in, from the file itself to the entry; empty where it is not reached.
    pub fn chain(&self, file: FileId) -> Vec<(FileId, Reason)> {
        let mut chain: Vec<(FileId, Reason)> = Vec::new();
        let mut next = Some(file);
        while let Some(file) = next {
            if chain.iter().any(|(seen, _)| *seen == file) {
                break;
            }
            let Some(reason) = self.reasons(file).first() else { break };
            chain.push((file, *reason));
            next = reason.from;
        }
        chain
    }

    /// What was noticed on the way.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many sources were parsed.
    pub fn parsed(&self) -> usize {
        self.parsed
    }
}

/// A trace that is being made.
#[derive(Debug)]
pub(crate) struct Reached {
    trace: Trace,
    /// What was found already.
    found: FxHashSet<Finding>,
}

impl Reached {
    pub(crate) fn new(tree: &Tree) -> Self {
        let reasons = vec![Vec::new(); tree.files().len()];
        Self { trace: Trace { reasons, ..Trace::default() }, found: FxHashSet::default() }
    }

    /// Notes that a file is reached; whether that was not known before.
    pub(crate) fn add(&mut self, file: FileId, reason: Reason) -> bool {
        let reasons = &mut self.trace.reasons[file.index()];
        let is_new = reasons.is_empty();
        if reasons.len() < MOST_REASONS && !reasons.contains(&reason) {
            reasons.push(reason);
        }
        is_new
    }

    pub(crate) fn has(&self, file: FileId) -> bool {
        self.trace.has(file)
    }

    pub(crate) fn find(&mut self, finding: Finding) {
        if self.found.insert(finding.clone()) {
            self.trace.findings.push(finding);
        }
    }

    #[cfg(feature = "node-analyzer")]
    pub(crate) fn has_found(&self, rule: Rule) -> bool {
        self.trace.findings.iter().any(|finding| finding.rule == rule)
    }

    /// Takes back what a rule found.
    #[cfg(feature = "node-analyzer")]
    pub(crate) fn forget(&mut self, rule: Rule) {
        self.trace.findings.retain(|finding| finding.rule != rule);
    }

    pub(crate) fn count_parsed(&mut self, sources: usize) {
        self.trace.parsed += sources;
    }

    pub(crate) fn finish(mut self) -> Trace {
        self.trace.findings.sort_by_key(|finding| (finding.rule, finding.file, finding.line));
        self.trace
    }
}

impl Why {
    /// Whether code runs because of it, so that what the file imports is reached too.
    pub(crate) const fn runs(self) -> bool {
        !matches!(self, Why::Data | Why::Metadata | Why::Asset | Why::Bytecode)
    }
}
