//! The modules outside of any package that are cold: without their names a module of the same name that stands
//! later on the search path, as the runtime's own, would be taken for them.

use crate::package::{FileId, Package};
use std::collections::BTreeSet;
use std::path::Path;

/// The names, a line each; a name too many costs a look into the archive.
pub(super) fn of(package: &Package, cold: &[FileId], kept: &[FileId]) -> String {
    let mut names: BTreeSet<&str> = cold.iter().filter_map(|file| Some(first(package, *file)?.0)).collect();
    for (name, rest) in kept.iter().filter_map(|file| first(package, *file)) {
        // Its own file is at hand: the interpreter finds it there.
        if rest.as_os_str().is_empty() || rest.file_stem().is_some_and(|stem| stem == "__init__") {
            names.remove(name);
        }
    }
    names.into_iter().flat_map(|name| [name, "\n"]).collect()
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
