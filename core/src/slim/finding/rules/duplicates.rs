//! Packages that are installed in several versions.

use super::subject::Subject;
use crate::package::{Distribution, FileId};
use crate::slim::{Finding, Rule};
use std::collections::BTreeMap;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<&str, Vec<&Distribution>> = BTreeMap::new();
    for distribution in subject.package.distributions() {
        by_name.entry(&distribution.name).or_default().push(distribution);
    }
    by_name.into_values().filter_map(|installed| duplicate(subject, installed)).collect()
}

/// All but the largest copy could go, if their dependents agreed.
fn duplicate(subject: &Subject<'_>, mut installed: Vec<&Distribution>) -> Option<Finding> {
    let bytes =
        |it: &&Distribution| -> u64 { it.files.iter().map(|file| subject.package.tree().file(*file).size).sum() };
    let mut versions: Vec<&str> = installed.iter().map(|it| it.version.as_str()).filter(|it| !it.is_empty()).collect();
    versions.sort_unstable();
    versions.dedup();
    if installed.len() < 2 || versions.is_empty() {
        return None;
    }
    installed.sort_by_key(bytes);
    let name = &installed[0].name;
    let message = format!("{name} is installed {} times: {}", installed.len(), versions.join(", "));
    installed.pop();
    let files: Vec<FileId> = installed.iter().flat_map(|it| it.files.iter().copied()).collect();
    Some(subject.removing(Finding::new(Rule::DuplicatePackage, message), files))
}
