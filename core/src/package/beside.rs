//! The shared objects that a single binary brings: those it needs that lie beside it.

use super::elf;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// More objects than this are not one function's.
const MOST_OBJECTS: usize = 1000;

/// The file, and what it and they need of what lies below `directory`, links included; paths below `directory`, in
/// order.
pub(super) fn with_needed(file: &Path, directory: &Path) -> Vec<PathBuf> {
    let mut found = BTreeSet::from([file.to_owned()]);
    let mut left = vec![file.to_owned()];
    while let Some(object) = left.pop().filter(|_| found.len() < MOST_OBJECTS) {
        // What is damaged is told when it is traced.
        let needed = elf::needed_at(&object).unwrap_or_default();
        let origin = object.parent().map(Path::to_owned);
        let also: Vec<_> = origin.into_iter().chain([directory.to_owned(), directory.join("lib")]).collect();
        for path in needed.libraries.iter().filter_map(|name| needed.place(&object, name, &also)) {
            let Some((link, real)) = inside(&path, directory) else { continue };
            found.extend(link);
            if found.insert(real.clone()) {
                left.push(real);
            }
        }
    }
    found.iter().filter_map(|path| Some(path.strip_prefix(directory).ok()?.to_owned())).collect()
}

/// A path and where it leads, if all of that is below `directory`.
fn inside(path: &Path, directory: &Path) -> Option<(Option<PathBuf>, PathBuf)> {
    let real = path.canonicalize().ok().filter(|real| real.starts_with(directory) && real.is_file())?;
    // A chain of links has steps between; the last one counts, and the first by which it is asked for.
    let parent = path.parent()?.canonicalize().ok().filter(|parent| parent.starts_with(directory))?;
    let link = parent.join(path.file_name()?);
    Some(((link != real).then_some(link), real))
}
