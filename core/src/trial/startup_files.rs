//! The files that a start may read, and what of them is in memory.

use crate::instance::Interpreter;
use crate::package::{Language, Package};
use crate::sys::page_cache;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// More files below an interpreter's own directory than any has.
const MOST_FILES: usize = 100_000;

/// The files of a package and of its interpreter, the interpreter's first.
pub(super) fn of(package: &Package, interpreter: &Interpreter) -> Vec<PathBuf> {
    let program = interpreter.program.canonicalize().unwrap_or_else(|_| interpreter.program.clone());
    let mut files = BTreeSet::new();
    if package.runtime().language() == Language::Python {
        let (major, minor) = interpreter.release();
        let prefix = program.parent().and_then(Path::parent).unwrap_or(Path::new("/nonexistent"));
        let library = prefix.join("lib").join(format!("python{major}.{minor}"));
        collect(&library, &mut files);
        // A shared library of the interpreter itself.
        collect_matching(&prefix.join("lib"), &format!("libpython{major}.{minor}"), &mut files);
    }
    files.insert(program);
    let own = package.tree().iter().map(|(file, _)| package.tree().absolute(file));
    files.into_iter().chain(own).collect()
}

/// Has the kernel forget the files of a package, of its interpreter, and `more`, so that the next start reads them
/// from disk. What another process has mapped stays in memory.
pub fn forget_files(package: &Package, interpreter: &Interpreter, more: &[PathBuf]) {
    for path in of(package, interpreter).iter().chain(more) {
        // One that cannot be opened cannot be read by the start either.
        let _ = File::open(path).and_then(|file| page_cache::forget(&file));
    }
}

fn collect(directory: &Path, files: &mut BTreeSet<PathBuf>) {
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(entry.path()),
                Ok(kind) if kind.is_file() && files.len() < MOST_FILES => drop(files.insert(entry.path())),
                _ => {}
            }
        }
    }
}

fn collect_matching(directory: &Path, start: &str, files: &mut BTreeSet<PathBuf>) {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    files.extend(entries.filter(|it| it.file_name().to_string_lossy().starts_with(start)).map(|it| it.path()));
}
