//! What is cold as a whole. Whoever looks for it would otherwise find another of its name that stands farther away on
//! the search path: another version, or what the platform's runtime has.

use crate::package::{FileId, Language, Package};
use std::collections::BTreeSet;
use std::path::Path;

/// What is cold as a whole, a line each: in Python the names of modules outside of any package, in Node the directories
/// of npm packages. One too many costs a look into the archive.
pub(super) fn of(package: &Package, cold: &[FileId], kept: &[FileId]) -> String {
    let found: BTreeSet<&str> = match package.runtime().language() {
        Language::Python => modules(package, cold, kept),
        Language::Node => packages(package, cold, kept),
        Language::Native => BTreeSet::new(),
    };
    found.into_iter().flat_map(|name| [name, "\n"]).collect()
}

fn packages<'a>(package: &'a Package, cold: &[FileId], kept: &[FileId]) -> BTreeSet<&'a str> {
    let owners = |files: &[FileId]| files.iter().filter_map(|file| package.owner(*file)).collect::<BTreeSet<_>>();
    let (cold, kept) = (owners(cold), owners(kept));
    let root = &package.tree().roots()[0].path;
    let directory = |owner| package.distribution(owner).directory.strip_prefix(root).ok()?.to_str();
    cold.difference(&kept).filter_map(|owner| directory(*owner)).collect()
}

fn modules<'a>(package: &'a Package, cold: &[FileId], kept: &[FileId]) -> BTreeSet<&'a str> {
    let mut names: BTreeSet<&str> = cold.iter().filter_map(|file| Some(first(package, *file)?.0)).collect();
    for (name, rest) in kept.iter().filter_map(|file| first(package, *file)) {
        // Its own file is at hand: the interpreter finds it there.
        if rest.as_os_str().is_empty() || rest.file_stem().is_some_and(|stem| stem == "__init__") {
            names.remove(name);
        }
    }
    names
}

/// The first part of a file's path below the directory of the search path that it lies in, without its ending, and
/// what is below that.
fn first(package: &Package, file: FileId) -> Option<(&str, &Path)> {
    let tree = package.tree();
    let found = tree.file(file);
    let root = &tree.roots()[found.root].path;
    let directories =
        package.python_path().directories.iter().filter_map(|directory| directory.strip_prefix(root).ok());
    let below = directories.filter_map(|directory| found.path.strip_prefix(directory).ok());
    let below = below.min_by_key(|below| below.components().count())?;
    let mut parts = below.iter();
    let first = parts.next()?.to_str()?;
    let name = first.split_once('.').map_or(first, |(name, _)| name);
    let is_module = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    is_module.then_some((name, parts.as_path()))
}
