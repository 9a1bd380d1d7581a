//! Symbols for debuggers in shared objects and programs.

use super::subject::{Subject, count};
use crate::package::{FileKind, elf};
use crate::slim::{Finding, Rule};
use object::{Object, ObjectSection, ReadCache};
use std::fs::File;

/// Less than this in one object is not worth a word.
const LEAST: u64 = 64 << 10;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let tree = subject.package.tree();
    let binary = subject.package.binary();
    let is_searched = |id, path: &std::path::Path| elf::is_named_as_object(path) || Some(id) == binary;
    let objects = tree.iter().filter(|(id, file)| file.kind == FileKind::Regular && is_searched(*id, &file.path));
    let (mut files, mut bytes) = (Vec::new(), 0);
    for (id, file) in objects {
        // Sections of one that lies may be as large as they like.
        let found = debug_bytes(&tree.absolute(id)).unwrap_or(0).min(file.size);
        if found >= LEAST {
            files.push(id);
            bytes += found;
        }
    }
    if files.is_empty() {
        return Vec::new();
    }
    vec![Finding::new(Rule::DebugSymbols, count(files.len(), "object")).saving(files, bytes)]
}

/// Bytes of the sections that `strip --strip-debug` takes out; only the tables are read.
fn debug_bytes(path: &std::path::Path) -> Option<u64> {
    let cache = ReadCache::new(File::open(path).ok()?);
    let object = object::File::parse(&cache).ok()?;
    let is_debug = |name: &str| elf::is_for_debuggers(name.as_bytes());
    let debug = object.sections().filter(|section| section.name().is_ok_and(is_debug));
    Some(debug.fold(0, |sum, section| section.size().saturating_add(sum)))
}
