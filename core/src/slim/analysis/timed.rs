//! What a profile adds to an analysis: the time of each part, and what acting on a finding would save.

use super::whole::Analysis;
use crate::package::{FileId, Package};
use crate::slim::{Finding, Reason, Rule, Trace};
use std::collections::{HashMap, HashSet};

/// A module that was loaded at the function's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadedModule {
    /// Its file; `None`: it is none of the package.
    pub file: Option<FileId>,
    /// The module that it was loaded for, by its place among all, which is before its own.
    pub parent: Option<usize>,
    /// Microseconds that it took itself.
    pub self_us: u64,
}

impl Analysis {
    /// Adds the time of each part, and to findings about imports what the function's start would be without them.
    pub fn add_times(&mut self, package: &Package, trace: Option<&Trace>, modules: &[LoadedModule]) {
        let mut by_owner = HashMap::new();
        for (file, time) in modules.iter().filter_map(|module| Some((module.file?, module.self_us))) {
            *by_owner.entry(package.owner(file)).or_insert(0) += time;
        }
        for part in &mut self.parts {
            part.init_us = by_owner.get(&part.distribution).copied();
        }
        let Some(trace) = trace else { return };
        for finding in &mut self.findings {
            if matches!(finding.rule, Rule::UnusedImport | Rule::LateImport) {
                finding.saving_us = saving(trace, modules, finding);
            }
        }
        self.sort_by_time();
    }

    /// Whether a finding tells of modules without valid bytecode.
    pub fn lacks_bytecode(&self) -> bool {
        self.findings.iter().any(is_about_bytecode)
    }

    /// Adds what valid bytecode would save of the function's start to the finding that tells of it.
    pub fn add_bytecode_saving(&mut self, saving_us: u64) {
        if let Some(finding) = self.findings.iter_mut().find(|finding| is_about_bytecode(finding)) {
            finding.saving_us = Some(saving_us);
        }
        self.sort_by_time();
    }

    /// What saves time first; among the others the order stays.
    fn sort_by_time(&mut self) {
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.saving_us));
    }
}

fn is_about_bytecode(finding: &Finding) -> bool {
    matches!(finding.rule, Rule::MissingBytecode | Rule::StaleBytecode | Rule::ForeignBytecode)
}

/// What the modules take that are loaded for an import and that nothing else is known to import; those of the
/// interpreter's own library do not count, for much of it is needed by everything.
fn saving(trace: &Trace, modules: &[LoadedModule], finding: &Finding) -> Option<u64> {
    let (from, line) = (finding.file?, finding.line?);
    let is_this = |reason: &Reason| reason.from == Some(from) && reason.line == Some(line);
    let loaded: HashSet<FileId> = modules.iter().filter_map(|module| module.file).collect();
    let mut only = loaded_for(modules, |file| trace.reasons(file).iter().any(is_this));
    loop {
        // What others need takes with it what it needs itself.
        let is_elsewhere = |file: FileId| loaded.contains(&file) && !only.contains(&file);
        let is_needed = |reason: &Reason| !is_this(reason) && reason.from.is_some_and(is_elsewhere);
        let rest: HashSet<_> =
            only.iter().copied().filter(|file| !trace.reasons(*file).iter().any(is_needed)).collect();
        if rest.len() == only.len() {
            break;
        }
        only = rest;
    }
    let saved = modules.iter().filter(|module| module.file.is_some_and(|file| only.contains(&file)));
    Some(saved.map(|module| module.self_us).sum()).filter(|saved| *saved > 0)
}

/// The files of the modules that `is_root` tells, and of all that were loaded for them.
fn loaded_for(modules: &[LoadedModule], is_root: impl Fn(FileId) -> bool) -> HashSet<FileId> {
    let mut is_in: Vec<bool> = Vec::new();
    for module in modules {
        let is_below = module.parent.is_some_and(|parent| is_in.get(parent) == Some(&true));
        is_in.push(is_below || module.file.is_some_and(&is_root));
    }
    modules.iter().zip(is_in).filter(|(_, is_in)| *is_in).filter_map(|(module, _)| module.file).collect()
}
