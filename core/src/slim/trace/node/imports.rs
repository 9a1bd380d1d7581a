//! Imports of the function's own code that it does not need, or not at once.

use super::followed::{Depth, Followed, Import};
use super::scan::When;
use crate::package::{FileId, Package};
use crate::slim::{Finding, Rule};
use rustc_hash::{FxHashMap, FxHashSet};

/// What the function's own files import from each other and from others.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// What each file imports at its top, as far as it is not needed at once.
    at_top: Vec<(FileId, Import)>,
    /// The files that each file needs while it is loaded.
    at_once: FxHashSet<(FileId, FileId)>,
    /// The files that the functions of each file need.
    later: FxHashMap<FileId, Vec<FileId>>,
}

impl Imports {
    /// Notes what one of the function's own files loads.
    pub(super) fn add(&mut self, file: FileId, followed: &Followed) {
        for import in &followed.imports {
            if import.when == When::Later {
                self.later.entry(file).or_default().push(import.file);
            }
            if matches!(import.when, When::Later | When::Never) {
                self.at_top.push((file, import.clone()));
            }
        }
        // What is loaded in other ways may be used on the spot.
        let is_needed_later = |other: FileId, line: Option<u32>| {
            let mut imports = followed.imports.iter().filter(|it| it.when != When::Loading);
            imports.any(|it| it.file == other && Some(it.line) == line)
        };
        for (other, reason, depth) in &followed.reached {
            if *depth != Depth::Not && !is_needed_later(*other, reason.line) {
                self.at_once.insert((file, *other));
            }
        }
    }

    /// What is imported from distributions and not needed, or not needed while the function starts, by files that run.
    pub(super) fn findings(&self, package: &Package, runs: impl Fn(FileId) -> bool) -> Vec<Finding> {
        let called = self.called_at_start();
        let is_told = |(file, import): &&(FileId, Import)| {
            runs(*file) && package.owner(import.file).is_some() && !self.at_once.contains(&(*file, import.file))
        };
        let finding = |(file, import): &(FileId, Import)| {
            let (rule, what) = match import.when {
                When::Never => (Rule::UnusedImport, "is imported and never used"),
                When::Later if !called.contains(file) => (Rule::LateImport, "is used only inside of functions"),
                _ => return None,
            };
            Some(Finding::new(rule, format!("{} {what}", import.name)).at(*file, Some(import.line)))
        };
        self.at_top.iter().filter(is_told).filter_map(finding).collect()
    }

    /// The files whose functions others may call while the function starts.
    fn called_at_start(&self) -> FxHashSet<FileId> {
        let mut called = FxHashSet::default();
        let mut next: Vec<_> = self.at_once.iter().map(|(_, used)| *used).collect();
        while let Some(file) = next.pop() {
            if called.insert(file) {
                next.extend(self.later.get(&file).into_iter().flatten());
            }
        }
        called
    }
}
