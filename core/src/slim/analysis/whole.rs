//! The analysis of a package.

use super::limit::Platform;
use crate::package::{DistributionId, FileId, FileKind, Package, RootRole, elf};
use crate::slim::binary::Binary;
use crate::slim::finding::{Subject, find_all};
use crate::slim::{Finding, Rule, Trace};
use std::collections::HashMap;

/// A distribution, or the function's own code, or a layer's.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Part {
    /// The distribution; `None`: the function's own code.
    pub distribution: Option<DistributionId>,
    /// Its name.
    pub name: String,
    /// Its version; empty where there is none.
    pub version: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes of those that are reached; those of all where there is no trace.
    pub reached_bytes: u64,
    /// How many files it has.
    pub files: usize,
    /// Microseconds that importing it takes, itself alone, where they were measured.
    pub init_us: Option<u64>,
}

/// Where a package's bytes are, and what can be done about them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Analysis {
    /// The parts, the largest first.
    pub parts: Vec<Part>,
    /// What was found, the weightiest first.
    pub findings: Vec<Finding>,
    /// Bytes of the package without layers.
    pub bytes: u64,
    /// Bytes of each layer.
    pub layer_bytes: Vec<u64>,
    /// Bytes that are reached, where there is a trace.
    pub reached_bytes: Option<u64>,
    /// How many files there are.
    pub files: usize,
    /// Where the bytes of a native function's own binary are.
    pub binary: Option<Binary>,
}

impl Analysis {
    /// Looks at a package; with a trace it also tells what is not reached.
    pub fn of(
        package: &Package,
        trace: Option<&Trace>,
        version: Option<(u32, u32)>,
        platform: Option<Platform>,
    ) -> Self {
        let tree = package.tree();
        let mut parts: HashMap<Option<DistributionId>, Part> = HashMap::new();
        let mut analysis = Self {
            parts: Vec::new(),
            findings: Vec::new(),
            bytes: 0,
            layer_bytes: Vec::new(),
            reached_bytes: trace.map(|_| 0),
            files: tree.files().len(),
            binary: None,
        };
        let layers: Vec<usize> = tree
            .roots()
            .iter()
            .enumerate()
            .filter(|(_, root)| root.role == RootRole::Layer)
            .map(|(at, _)| at)
            .collect();
        analysis.layer_bytes = vec![0; layers.len()];
        for (id, file) in tree.iter() {
            let bytes = if file.kind == FileKind::Special { 0 } else { file.size };
            let is_reached = trace.is_none_or(|trace| trace.has(id));
            match layers.iter().position(|root| *root == file.root) {
                Some(layer) => analysis.layer_bytes[layer] += bytes,
                None => analysis.bytes += bytes,
            }
            if is_reached && let Some(reached) = &mut analysis.reached_bytes {
                *reached += bytes;
            }
            let owner = package.owner(id);
            let part = parts.entry(owner).or_insert_with(|| part(package, owner));
            part.files += 1;
            part.bytes += bytes;
            part.reached_bytes += if is_reached { bytes } else { 0 };
        }
        analysis.parts = parts.into_values().collect();
        analysis.parts.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
        let (binary, damaged) = binary(package);
        let subject = Subject { package, trace, version, platform, binary: binary.as_ref() };
        analysis.findings = damaged.into_iter().chain(find_all(&subject)).collect();
        analysis.binary = binary;
        analysis
    }

    /// The package's files, the largest first.
    pub fn largest(package: &Package) -> Vec<FileId> {
        let mut files: Vec<FileId> = package.tree().iter().map(|(file, _)| file).collect();
        files.sort_by_key(|file| (std::cmp::Reverse(package.tree().file(*file).size), *file));
        files
    }

    /// Bytes that the findings which are safe to act on would save.
    pub fn safe_saving(&self) -> u64 {
        self.findings.iter().filter(|finding| finding.rule.is_safe()).map(|finding| finding.saving_bytes).sum()
    }
}

/// A native function's binary with the crates of its project, or that it cannot be read. A script has neither.
fn binary(package: &Package) -> (Option<Binary>, Option<Finding>) {
    let Some(file) = package.binary() else { return (None, None) };
    if !package.tree().read(file, 4).is_ok_and(|head| elf::is_elf(&head)) {
        return (None, None);
    }
    match Binary::read(&package.tree().absolute(file)) {
        Ok(mut binary) => {
            package.cargo().into_iter().for_each(|project| binary.join(project));
            (Some(binary), None)
        }
        Err(error) => (None, Some(Finding::new(Rule::DamagedObject, error.message()).at(file, None))),
    }
}

fn part(package: &Package, owner: Option<DistributionId>) -> Part {
    let distribution = owner.map(|owner| package.distribution(owner));
    Part {
        distribution: owner,
        name: distribution.map_or_else(|| "own code".to_owned(), |it| it.name.clone()),
        version: distribution.map(|it| it.version.clone()).unwrap_or_default(),
        bytes: 0,
        reached_bytes: 0,
        files: 0,
        init_us: None,
    }
}
