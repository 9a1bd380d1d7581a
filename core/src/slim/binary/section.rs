//! The sections of an object, and how its file is divided between them.

use crate::package::elf::is_for_debuggers;
use object::Endianness;
use object::elf;
use object::read::elf::SectionHeader;

/// A longer name of a section is cut.
const MOST_NAME: usize = 256;

/// What a section is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SectionKind {
    /// It is executed.
    Code,
    /// It is loaded and is not code.
    Data,
    /// It takes memory that begins as zeroes, and nothing of the file.
    Zeroed,
    /// Names of functions and data that loading does not need: `.symtab`, `.strtab`.
    Symbols,
    /// It is read by debuggers.
    Debug,
    /// It is neither loaded nor any of these.
    Other,
}

impl SectionKind {
    /// The kind as one word, for reports.
    pub const fn name(self) -> &'static str {
        match self {
            SectionKind::Code => "code",
            SectionKind::Data => "data",
            SectionKind::Zeroed => "zeroed",
            SectionKind::Symbols => "symbols",
            SectionKind::Debug => "debug",
            SectionKind::Other => "other",
        }
    }
}

/// A section of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// Its name, `.text`.
    pub name: String,
    /// What it is for.
    pub kind: SectionKind,
    /// Bytes of the file; what it shares with a section before it counts there.
    pub bytes: u64,
    /// Bytes of memory once it is loaded; 0 where it is not.
    pub memory_bytes: u64,
}

/// The name at an offset of a table of names, at most `most` bytes of it.
pub(super) fn name(strings: &[u8], offset: u32, most: usize) -> &[u8] {
    let rest = strings.get(offset as usize..).unwrap_or_default();
    rest[..rest.len().min(most)].split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The sections by their headers, in the order of the headers; no byte of a file of `size` bytes counts twice.
pub(super) fn sections<S>(headers: &[S], endian: Endianness, strings: &[u8], size: u64) -> Vec<Section>
where
    S: SectionHeader<Endian = Endianness>,
{
    let range = |header: &S| {
        let (start, length) = header.file_range(endian).unwrap_or((0, 0));
        (start.min(size), start.saturating_add(length).min(size))
    };
    let mut found: Vec<Section> = headers.iter().map(|header| described(header, endian, strings)).collect();
    let mut order: Vec<usize> = (0..headers.len()).collect();
    order.sort_by_key(|at| range(&headers[*at]));
    let mut taken = 0;
    for at in order {
        let (start, end) = range(&headers[at]);
        found[at].bytes = end.saturating_sub(start.max(taken));
        taken = taken.max(end);
    }
    found
}

fn described<S: SectionHeader<Endian = Endianness>>(header: &S, endian: Endianness, strings: &[u8]) -> Section {
    let text = name(strings, header.sh_name(endian), MOST_NAME);
    let kind = kind(header, endian, text);
    let is_loaded = !matches!(kind, SectionKind::Symbols | SectionKind::Debug | SectionKind::Other);
    Section {
        name: String::from_utf8_lossy(text).into_owned(),
        kind,
        bytes: 0,
        memory_bytes: if is_loaded { header.sh_size(endian).into() } else { 0 },
    }
}

fn kind<S: SectionHeader<Endian = Endianness>>(header: &S, endian: Endianness, name: &[u8]) -> SectionKind {
    let flags = header.sh_flags(endian).0;
    let has = |flag: elf::SectionFlags| flags & flag.0 != 0;
    if has(elf::SHF_ALLOC) {
        return match header.sh_type(endian) {
            elf::SHT_NOBITS => SectionKind::Zeroed,
            _ if has(elf::SHF_EXECINSTR) => SectionKind::Code,
            _ => SectionKind::Data,
        };
    }
    if is_for_debuggers(name) {
        SectionKind::Debug
    } else if [&b".symtab"[..], b".strtab", b".symtab_shndx"].contains(&name) {
        SectionKind::Symbols
    } else {
        SectionKind::Other
    }
}
