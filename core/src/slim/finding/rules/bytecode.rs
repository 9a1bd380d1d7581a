//! Bytecode that the interpreter will not use (PEP 3147, PEP 552): the commonest and cheapest fault of cold starts.

use super::subject::Subject;
use crate::package::{FileId, FileKind, Language, bytecode};
use crate::slim::{Finding, Rule};
use std::path::Path;

/// Bytes of a bytecode file's header.
const HEADER: usize = 16;
/// The magic number of each version (`importlib.util.MAGIC_NUMBER`).
const MAGIC: &[((u32, u32), u16)] =
    &[((3, 9), 3425), ((3, 10), 3439), ((3, 11), 3495), ((3, 12), 3531), ((3, 13), 3571), ((3, 14), 3627)];
/// Seconds of 1980-01-01 and 2108-01-01: dates outside are changed by zip archives.
const ZIP_DATES: std::ops::Range<i64> = 315_532_800..4_354_819_200;

/// What is wrong with a module's bytecode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Stale,
    Foreign,
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(version) = subject.version.filter(|_| subject.package.runtime().language() == Language::Python) else {
        return Vec::new();
    };
    let tree = subject.package.tree();
    let sources: Vec<FileId> = tree
        .iter()
        .filter(|(id, file)| {
            file.kind == FileKind::Regular
                && file.path.extension().is_some_and(|it| it == "py")
                && !subject.is_unreached(*id)
        })
        .map(|(id, _)| id)
        .collect();
    let faults: Vec<_> = sources.iter().map(|source| (*source, fault(subject, *source, version))).collect();
    let of = |fault: Fault| -> Vec<FileId> {
        faults.iter().filter(|(_, found)| *found == Some(fault)).map(|(source, _)| *source).collect()
    };
    let dates = sources.iter().filter(|source| !ZIP_DATES.contains(&tree.file(**source).modified)).count();
    let mut found = Vec::new();
    let mut tell = |rule: Rule, files: Vec<FileId>, why: &str| {
        if let Some(first) = files.first() {
            let message = format!("{} of {} modules{why}", files.len(), sources.len());
            found.push(Finding::new(rule, message).at(*first, None));
        }
    };
    tell(Rule::MissingBytecode, of(Fault::Missing), "");
    let why =
        if dates > 0 { format!("; {dates} sources have dates that zip archives cannot keep") } else { String::new() };
    tell(Rule::StaleBytecode, of(Fault::Stale), &why);
    tell(Rule::ForeignBytecode, of(Fault::Foreign), "");
    found
}

fn fault(subject: &Subject<'_>, source: FileId, version: (u32, u32)) -> Option<Fault> {
    let tree = subject.package.tree();
    let file = tree.file(source);
    let path = tree.absolute(source);
    let stem = path.file_stem()?.to_str()?;
    let cache = path.parent().unwrap_or(Path::new("/")).join(bytecode::CACHE_DIRECTORY);
    let name = format!("{stem}.cpython-{}{}.pyc", version.0, version.1);
    let Some(compiled) = tree.find(&cache.join(name)) else {
        let others = tree.list(&cache).unwrap_or_default().iter().filter_map(|name| name.to_str());
        let is_other = others.into_iter().any(|name| name.starts_with(&format!("{stem}.cpython-")));
        return Some(if is_other { Fault::Foreign } else { Fault::Missing });
    };
    let header = tree.read(compiled, HEADER as u64).unwrap_or_default();
    check(&header, version, file.modified, file.size)
}

/// Whether an interpreter of this version would use bytecode with this header.
fn check(header: &[u8], version: (u32, u32), modified: i64, size: u64) -> Option<Fault> {
    let Ok(header) = <[u8; HEADER]>::try_from(header) else { return Some(Fault::Stale) };
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let magic = MAGIC.iter().find(|(of, _)| *of == version).map(|(_, magic)| *magic);
    if magic.is_some_and(|magic| header[..2] != magic.to_le_bytes()) || header[2..4] != *b"\r\n" {
        return Some(Fault::Foreign);
    }
    let is_by_hash = word(4) & 1 != 0;
    // The header keeps the low 32 bits of both.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as the interpreter does")]
    let fits = word(8) == modified as u32 && word(12) == size as u32;
    (!is_by_hash && !fits).then_some(Fault::Stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(magic: u16, flags: u32, modified: u32, size: u32) -> Vec<u8> {
        let words = [flags, modified, size];
        let rest = words.iter().flat_map(|word| word.to_le_bytes());
        magic.to_le_bytes().into_iter().chain(*b"\r\n").chain(rest).collect()
    }

    #[test]
    fn headers_are_checked_as_the_interpreter_does() {
        let of = |header: &[u8]| check(header, (3, 12), 1_700_000_000, 123);
        assert_eq!(of(&header(3531, 0, 1_700_000_000, 123)), None);
        assert_eq!(of(&header(3531, 0, 1_700_000_001, 123)), Some(Fault::Stale));
        assert_eq!(of(&header(3531, 0, 1_700_000_000, 124)), Some(Fault::Stale));
        assert_eq!(of(&header(3531, 1, 0, 0)), None);
        assert_eq!(of(&header(3495, 0, 1_700_000_000, 123)), Some(Fault::Foreign));
        assert_eq!(of(&[]), Some(Fault::Stale));
    }

    #[test]
    fn dates_past_2038_keep_their_low_bits() {
        assert_eq!(check(&header(3531, 0, 4_102_444_800, 1), (3, 12), 4_102_444_800, 1), None);
        assert_eq!(check(&header(3531, 0, 5, 1), (3, 12), (1 << 32) + 5, 1), None);
    }
}
