//! What a native function's own binary carries, and what it needs.

use super::subject::Subject;
use crate::package::FileId;
use crate::slim::binary::{SectionKind, Symbols};
use crate::slim::{Finding, Rule, Why};

/// A smaller symbol table is not worth a word.
const LEAST_SYMBOLS: u64 = 64 << 10;
/// A smaller library is not worth a word, however small the rest is.
const LEAST_LIBRARY: u64 = 1 << 20;
/// A library is large from this part of the package on: a tenth.
const LARGE_PART: u64 = 10;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(binary) = subject.package.binary() else { return Vec::new() };
    symbols(subject, binary).into_iter().chain(libraries(subject)).collect()
}

fn symbols(subject: &Subject<'_>, file: FileId) -> Option<Finding> {
    let binary = subject.binary?;
    if binary.symbols == Symbols::Stripped {
        return Some(Finding::new(Rule::NoSymbols, "no symbol table is left").at(file, None));
    }
    let bytes = binary.bytes_of(SectionKind::Symbols);
    let functions: usize = binary.code.iter().map(|code| code.functions).sum();
    let message = format!("the names of {functions} functions");
    (bytes >= LEAST_SYMBOLS).then(|| Finding::new(Rule::SymbolTable, message).saving(vec![file], bytes))
}

/// Libraries of the package that have to be loaded before the function can start. What leaving one out would save
/// depends on what takes its place.
fn libraries(subject: &Subject<'_>) -> Vec<Finding> {
    let (tree, Some(trace)) = (subject.package.tree(), subject.trace) else { return Vec::new() };
    let whole: u64 = tree.files().iter().map(|file| file.size).sum();
    let is_large = |size: u64| size >= LEAST_LIBRARY && size >= whole / LARGE_PART;
    let is_needed = |file: FileId| trace.reasons(file).first().is_some_and(|reason| reason.why == Why::Needed);
    let large = tree.iter().filter(|(file, found)| is_large(found.size) && is_needed(*file));
    let told = |(file, found): (FileId, &crate::package::File)| {
        let percent = found.size * 100 / whole.max(1);
        Finding::new(Rule::LargeLibrary, format!("{percent} % of the package")).at(file, None)
    };
    large.map(told).collect()
}
