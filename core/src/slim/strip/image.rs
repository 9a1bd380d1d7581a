//! What of a shared object has to stay.

use crate::package::elf::is_for_debuggers;
use object::elf::{self, FileHeader64, ProgramHeader64, SectionHeader64};
use object::pod::{bytes_of, slice_from_bytes};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable};
use object::{LittleEndian as LE, SectionIndex};
use std::ops::Range;

/// Names of sections that are not loaded and that, besides debug information, only debuggers, linkers and people read.
/// Others, such as those that programs append to themselves, stay.
const UNREAD: &[&[u8]] =
    &[b".comment", b".gnu_debugaltlink", b".gnu_debugdata", b".gnu_debuglink", b".GCC.command.line"];
const UNREAD_BEGIN: &[&[u8]] = &[b".stab", b".gnu.build.attributes", b".note.gnu.gold-version"];

pub(super) type Header = FileHeader64<LE>;
pub(super) type Program = ProgramHeader64<LE>;
pub(super) type Section = SectionHeader64<LE>;

/// A shared object of 64 bits, little-endian, as its headers describe it.
pub(super) struct Image<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: &'a Header,
    pub(super) programs: &'a [Program],
    pub(super) sections: SectionTable<'a, Header>,
}

/// Bytes of the file that stay together, and what their offset must fit: it stays the same modulo this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) range: Range<usize>,
    pub(super) align: usize,
}

impl<'a> Image<'a> {
    /// Reads the headers; `None` of anything else than a shared object with a table of sections.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let is_known = bytes.starts_with(b"\x7fELF\x02\x01");
        let header = Header::parse(bytes).ok().filter(|_| is_known)?;
        let programs = header.program_headers(LE, bytes).ok()?;
        let is_program = programs.iter().any(|program| program.p_type(LE) == elf::PT_INTERP);
        // Tables so long that their length is kept elsewhere.
        let is_plain = header.e_shnum(LE) != 0 && header.e_phnum(LE) != elf::PN_XNUM;
        if header.e_type(LE) != elf::ET_DYN || is_program || !is_plain || programs.is_empty() {
            return None;
        }
        Some(Self { bytes, header, programs, sections: header.sections(LE, bytes).ok()? })
    }

    /// What stays, in the order of the file, nothing overlapping; `None` where the headers contradict the file.
    pub(super) fn kept(&self) -> Option<Vec<Kept>> {
        let table = usize::try_from(self.header.e_phoff(LE)).ok()?;
        let table = table..table.checked_add(size_of_val(self.programs))?;
        let mut kept = vec![Kept { range: 0..size_of::<Header>(), align: 1 }, Kept { range: table, align: 8 }];
        for program in self.programs.iter().filter(|program| program.p_filesz(LE) > 0) {
            let align = usize::try_from(program.p_align(LE)).ok()?.max(1);
            kept.push(Kept { range: range(program.p_offset(LE), program.p_filesz(LE))?, align });
        }
        for (index, section) in self.sections.enumerate() {
            if let Some(range) = in_file(section).filter(|_| self.stays(index, section)) {
                kept.push(Kept { range, align: usize::try_from(section.sh_addralign(LE)).ok()?.max(1) });
            }
        }
        let is_sound = |it: &Kept| it.range.end <= self.bytes.len() && it.align.is_power_of_two();
        kept.iter().all(is_sound).then(|| merged(kept))
    }

    /// Whether a section's header stays.
    pub(super) fn stays(&self, index: SectionIndex, section: &Section) -> bool {
        let name = self.sections.section_name(LE, section).unwrap_or_default();
        let is_names = index.0 == usize::from(self.header.e_shstrndx(LE).0);
        section.sh_flags(LE).contains(elf::SHF_ALLOC)
            || is_names
            || !(self.is_symbols(index, section) || is_unread(name))
    }

    /// The symbols for linkers, and their names.
    fn is_symbols(&self, index: SectionIndex, section: &Section) -> bool {
        let is_table = |section: &Section| section.sh_type(LE) == elf::SHT_SYMTAB;
        let mut tables = self.sections.iter().filter(|section| is_table(section));
        is_table(section) || tables.any(|table| table.sh_link(LE) as usize == index.0)
    }

    /// Whether all that is not in `kept` is known to be of no use: sections that go, the table of sections, and
    /// zeros between them. Programs append data to themselves that no header describes.
    pub(super) fn explains_all_but(&self, kept: &[Kept]) -> bool {
        let start = usize::try_from(self.header.e_shoff(LE)).unwrap_or(usize::MAX);
        let table = start..start.saturating_add(size_of::<Section>() * self.sections.len());
        let sections = self.sections.iter().filter_map(in_file);
        let known = sections.chain([table]).chain(kept.iter().map(|it| it.range.clone()));
        let known = merged(known.map(|range| Kept { range, align: 1 }).collect());
        let mut at = 0;
        for Kept { range, .. } in known {
            let Some(gap) = self.bytes.get(at..range.start) else { return false };
            if !is_zero(gap) && !self.is_table_before_it_moved(at, gap) {
                return false;
            }
            at = range.end;
        }
        self.bytes.get(at..).is_none_or(is_zero)
    }

    /// Whether bytes that nothing describes are the table of sections as it was before `patchelf` wrote another one.
    fn is_table_before_it_moved(&self, at: usize, gap: &[u8]) -> bool {
        let start = at.next_multiple_of(8) - at;
        let (before, table) = gap.split_at(start.min(gap.len()));
        let Ok(entries) = slice_from_bytes::<Section>(table, table.len() / size_of::<Section>()) else { return false };
        let is_in_file =
            |it: &Section| range(it.sh_offset(LE), it.sh_size(LE)).is_some_and(|it| it.end <= self.bytes.len());
        let is_sound = |it: &Section| {
            let align = it.sh_addralign(LE);
            (it.sh_type(LE) == elf::SHT_NOBITS || is_in_file(it)) && (align == 0 || align.is_power_of_two())
        };
        // It begins with an empty entry, and ends where nothing but zeros follows.
        let Some((first, rest)) = entries.0.split_first() else { return false };
        let count = rest.iter().take_while(|it| it.sh_type(LE) != elf::SHT_NULL).count();
        is_zero(before)
            && is_zero(bytes_of(first))
            && rest[..count].iter().all(is_sound)
            && rest[count..].iter().all(|it| is_zero(bytes_of(it)))
            && is_zero(entries.1)
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn is_unread(name: &[u8]) -> bool {
    is_for_debuggers(name) || UNREAD.contains(&name) || UNREAD_BEGIN.iter().any(|begin| name.starts_with(begin))
}

/// The bytes that a section has in the file.
fn in_file(section: &Section) -> Option<Range<usize>> {
    let (offset, size) = section.file_range(LE)?;
    range(offset, size).filter(|range| !range.is_empty())
}

fn range(offset: u64, size: u64) -> Option<Range<usize>> {
    Some(usize::try_from(offset).ok()?..usize::try_from(offset.checked_add(size)?).ok()?)
}

/// The same bytes as ranges that do not overlap, in order; each fits all that it was made of.
fn merged(mut kept: Vec<Kept>) -> Vec<Kept> {
    kept.sort_by_key(|it| it.range.start);
    let mut merged: Vec<Kept> = Vec::new();
    for next in kept {
        match merged.last_mut().filter(|last| next.range.start <= last.range.end) {
            Some(last) => {
                last.range.end = last.range.end.max(next.range.end);
                last.align = last.align.max(next.align);
            }
            None => merged.push(next),
        }
    }
    merged
}
