//! Files that nothing reaches: by kind, and the rest by distribution.

use super::foreign::is_foreign;
use super::subject::{Subject, count};
use crate::package::{DistributionId, FileId, FileKind, bytecode};
use crate::slim::category::Category;
use crate::slim::{Finding, Rule};
use std::collections::BTreeMap;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut by_category: BTreeMap<Category, Vec<FileId>> = BTreeMap::new();
    let mut by_owner: BTreeMap<Option<DistributionId>, Vec<FileId>> = BTreeMap::new();
    for (file, found) in subject.package.tree().iter() {
        let is_bytecode = found.path.iter().any(|part| part == bytecode::CACHE_DIRECTORY);
        if found.kind != FileKind::Regular || !subject.is_unreached(file) || is_foreign(subject, file) {
            continue;
        }
        match Category::of(&found.path).filter(|_| !is_bytecode || found.path.iter().any(|part| part == "tests")) {
            Some(category) => by_category.entry(category).or_default().push(file),
            None => by_owner.entry(subject.package.owner(file)).or_default().push(file),
        }
    }
    let categories = by_category
        .into_iter()
        .map(|(category, files)| subject.removing(Finding::new(category.rule(), count(files.len(), "file")), files));
    let owners = by_owner.into_iter().map(|(owner, files)| {
        let name =
            owner.map_or("the function's own code".to_owned(), |it| subject.package.distribution(it).name.clone());
        let message = format!("{} of {name}", count(files.len(), "file"));
        subject.removing(Finding::new(Rule::Unreachable, message), files)
    });
    categories.chain(owners).collect()
}
