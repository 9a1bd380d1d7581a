//! A smaller file that is loaded to the same image.

use super::image::{Header, Image, Kept, Program, Section};
use object::LittleEndian as LE;
use object::elf;
use object::pod::{bytes_of, bytes_of_slice, from_bytes_mut, slice_from_bytes_mut};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};

/// Less is not worth to touch an object for.
const LEAST: usize = 4096;

/// The object in `bytes` without symbols and debug information; `None` where it is none that can be told to be the
/// same afterwards, or where next to nothing is saved.
///
/// Where nothing stays between two parts, the later one moves up by a multiple of its alignment. No section gets
/// another number, for symbols name them by it.
pub(crate) fn compact(bytes: &[u8]) -> Option<Vec<u8>> {
    let image = Image::read(bytes)?;
    let kept = image.kept().filter(|kept| image.explains_all_but(kept))?;
    let moves = Moves::of(kept);
    let sections = sections(&image, &moves)?;
    let table = moves.end.next_multiple_of(8);
    let size = table + sections.len() * size_of::<Section>();
    if size + LEAST > bytes.len() {
        return None;
    }
    let mut out = vec![0; size];
    for (from, to) in moves.kept.iter().zip(&moves.to) {
        out[*to..*to + from.range.len()].copy_from_slice(&bytes[from.range.clone()]);
    }
    for (section, to) in sections.iter().zip(out[table..].chunks_exact_mut(size_of::<Section>())) {
        to.copy_from_slice(bytes_of(section));
    }
    write_headers(&image, &moves, table, sections.len(), &mut out)?;
    is_same(&image, &out).then_some(out)
}

/// Where everything goes.
struct Moves {
    kept: Vec<Kept>,
    /// The new offset of each.
    to: Vec<usize>,
    /// Where the last one ends.
    end: usize,
}

impl Moves {
    fn of(kept: Vec<Kept>) -> Self {
        let (mut to, mut end) = (Vec::new(), 0_usize);
        for Kept { range, align } in &kept {
            // As far up as it fits: never further down than it was, for what is before it was before it.
            let start = end + range.start.wrapping_sub(end) % align;
            to.push(start);
            end = start + range.len();
        }
        Self { kept, to, end }
    }

    /// Where the byte at an old offset is; the end of a range counts, for what is empty may lie there.
    fn find(&self, offset: u64) -> Option<u64> {
        let offset = usize::try_from(offset).ok()?;
        let found = self.kept.iter().zip(&self.to);
        let mut found = found.filter(|(kept, _)| (kept.range.start..=kept.range.end).contains(&offset));
        found.next_back().map(|(kept, to)| (to + offset - kept.range.start) as u64)
    }
}

/// The table of sections: what goes is left empty, as far as something stays behind it.
fn sections(image: &Image<'_>, moves: &Moves) -> Option<Vec<Section>> {
    let mut sections = Vec::new();
    let mut len = 0;
    for (index, section) in image.sections.enumerate() {
        let mut section = *section;
        if image.stays(index, &section) {
            // What takes no room in the file may be said to lie anywhere.
            let takes_room = section.sh_type(LE) != elf::SHT_NOBITS && section.sh_size(LE) > 0;
            let to = moves.find(section.sh_offset(LE));
            section.sh_offset.set(LE, if takes_room { to? } else { to.unwrap_or(0) });
            len = sections.len() + 1;
        } else {
            section = *object::pod::from_bytes::<Section>(&[0; size_of::<Section>()]).ok()?.0;
        }
        sections.push(section);
    }
    sections.truncate(len);
    Some(sections)
}

fn write_headers(image: &Image<'_>, moves: &Moves, table: usize, sections: usize, out: &mut [u8]) -> Option<()> {
    let programs_at = moves.find(image.header.e_phoff(LE))?;
    let header = from_bytes_mut::<Header>(out).ok()?.0;
    header.e_phoff.set(LE, programs_at);
    header.e_shoff.set(LE, table as u64);
    header.e_shnum.set(LE, u16::try_from(sections).ok()?);
    let rest = out.get_mut(usize::try_from(programs_at).ok()?..)?;
    for program in slice_from_bytes_mut::<Program>(rest, image.programs.len()).ok()?.0 {
        let (offset, align) = (program.p_offset(LE), program.p_align(LE).max(1));
        let to = moves.find(offset).filter(|to| *to % align == offset % align);
        let is_empty = program.p_filesz(LE) == 0;
        program.p_offset.set(LE, if is_empty { to.unwrap_or(offset % align) } else { moves.find(offset)? });
    }
    Some(())
}

/// Whether the loader makes the same of both: every segment has its bytes, and an offset that fits its address.
fn is_same(image: &Image<'_>, out: &[u8]) -> bool {
    let Some(new) = Image::read(out) else { return false };
    // The headers themselves lie in a segment, and are what may differ.
    let mut masked = out.to_vec();
    masked[..size_of::<Header>()].copy_from_slice(bytes_of(image.header));
    let programs = bytes_of_slice(image.programs);
    let table = usize::try_from(new.header.e_phoff(LE)).ok().and_then(|at| masked.get_mut(at..at + programs.len()));
    table.map(|table| table.copy_from_slice(programs)).is_some()
        && image.programs.len() == new.programs.len()
        && image.programs.iter().zip(new.programs).all(|(old, new)| is_same_segment(old, image.bytes, new, &masked))
}

fn is_same_segment(old: &Program, old_bytes: &[u8], new: &Program, new_bytes: &[u8]) -> bool {
    let is_aligned = new.p_vaddr(LE).wrapping_sub(new.p_offset(LE)).is_multiple_of(new.p_align(LE).max(1));
    let moved = Program { p_offset: old.p_offset, ..*new };
    let bytes = old.data(LE, old_bytes).ok().zip(new.data(LE, new_bytes).ok());
    (is_aligned || new.p_type(LE) != elf::PT_LOAD)
        && bytes_of(&moved) == bytes_of(old)
        && bytes.is_some_and(|(old, new)| old == new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library of the C language that this test runs with, and one with its symbols: the test itself is no
    /// shared object.
    fn libraries() -> Vec<Vec<u8>> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let mut paths: Vec<_> = maps.lines().filter_map(|line| line.split_ascii_whitespace().nth(5)).collect();
        paths.retain(|path| path.contains(".so"));
        paths.dedup();
        paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
    }

    /// An object with a section that goes before a segment that stays, as `patchelf` leaves them.
    fn edited() -> Vec<u8> {
        let segment = |offset: u64, address: u64, size: u64| {
            let mut program = *object::pod::from_bytes::<Program>(&[0; size_of::<Program>()]).unwrap().0;
            program.p_type.set(LE, elf::PT_LOAD);
            program.p_offset.set(LE, offset);
            program.p_vaddr.set(LE, address);
            program.p_filesz.set(LE, size);
            program.p_memsz.set(LE, size);
            program.p_align.set(LE, 0x1000);
            program
        };
        let names = b"\0.debug_info\0.data\0.shstrtab\0";
        let section = |name: u32, kind: elf::SectionType, flags: elf::SectionFlags, offset: u64, size: u64| {
            let mut section = *object::pod::from_bytes::<Section>(&[0; size_of::<Section>()]).unwrap().0;
            section.sh_name.set(LE, name);
            section.sh_type.set(LE, kind);
            section.sh_flags.set(LE, flags);
            section.sh_offset.set(LE, offset);
            section.sh_size.set(LE, size);
            section.sh_addralign.set(LE, u64::from(kind != elf::SHT_NULL));
            section
        };
        let none = elf::SectionFlags(0);
        let sections = [
            section(0, elf::SHT_NULL, none, 0, 0),
            section(1, elf::SHT_PROGBITS, none, 0x1000, 0x5000),
            section(13, elf::SHT_PROGBITS, elf::SHF_ALLOC, 0x6010, 0x10),
            section(19, elf::SHT_STRTAB, none, 0x7000, names.len() as u64),
        ];
        let programs = [segment(0, 0, 0x200), segment(0x6010, 0x2010, 0x10)];
        let mut out = vec![0; 0x7100 + size_of_val(&sections)];
        let header = from_bytes_mut::<Header>(&mut out).unwrap().0;
        header.e_ident.magic = *b"\x7fELF";
        header.e_ident.class = elf::ELFCLASS64;
        header.e_ident.data = elf::ELFDATA2LSB;
        header.e_ident.version = elf::EV_CURRENT;
        header.e_type.set(LE, elf::ET_DYN);
        header.e_phoff.set(LE, 64);
        header.e_phnum.set(LE, 2);
        header.e_phentsize.set(LE, 56);
        header.e_shoff.set(LE, 0x7100);
        header.e_shnum.set(LE, 4);
        header.e_shentsize.set(LE, 64);
        header.e_shstrndx.set(LE, elf::SymbolSection(3));
        out[64..64 + 112].copy_from_slice(bytes_of_slice(&programs));
        out[0x1000..0x6000].fill(7);
        out[0x6010..0x6020].fill(9);
        out[0x7000..0x7000 + names.len()].copy_from_slice(names);
        out[0x7100..].copy_from_slice(bytes_of_slice(&sections));
        out
    }

    #[test]
    fn what_is_loaded_stays_and_keeps_its_alignment() {
        let before = edited();
        let after = compact(&before).unwrap();
        assert!(after.len() < 0x2000, "{}", after.len());
        let image = Image::read(&after).unwrap();
        assert_eq!(image.programs[1].p_offset(LE), 0x1010, "the next that fits 0x2010 modulo a page");
        assert_eq!(image.programs[1].data(LE, &*after).unwrap(), [9; 0x10]);
        let offsets: Vec<_> = image.sections.iter().map(|it| it.sh_offset(LE)).collect();
        assert_eq!(offsets[..3], [0, 0, 0x1010], "no section has another number");
        let name = |index: usize| {
            image.sections.section_name(LE, image.sections.section(object::SectionIndex(index)).unwrap())
        };
        assert_eq!(name(2).unwrap(), b".data");
        assert!(compact(&after).is_none(), "there is nothing more to take out");
    }

    #[test]
    fn data_that_no_header_describes_is_left_alone() {
        let mut appended = edited();
        appended.extend(b"a program's own data");
        assert!(compact(&appended).is_none());
        let mut between = edited();
        between[0x800] = 1;
        assert!(compact(&between).is_none());
    }

    #[test]
    fn a_table_of_sections_that_was_left_behind_is_nothing() {
        let mut edited = edited();
        let table = edited[0x7100..].to_vec();
        edited[0x6020..0x6020 + table.len()].copy_from_slice(&table);
        assert!(compact(&edited).is_some());
        // An offset that leads nowhere.
        edited[0x6020 + 64 + 24..][..8].fill(0xff);
        assert!(compact(&edited).is_none());
    }

    #[test]
    fn what_real_objects_are_loaded_to_stays() {
        for before in libraries() {
            let Some(after) = compact(&before) else { continue };
            let (before, after_image) = (Image::read(&before).unwrap(), Image::read(&after).unwrap());
            assert!(is_same(&before, &after) && after_image.programs.len() == before.programs.len());
        }
    }

    #[test]
    fn damage_is_no_panic_and_never_another_image() {
        let good = edited();
        let headers: Vec<usize> = (0..64 + 112).chain(0x7100..good.len()).collect();
        for at in headers {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut broken = good.clone();
                broken[at] = value;
                if let Some(after) = compact(&broken) {
                    assert!(is_same(&Image::read(&broken).unwrap(), &after), "{at} {value}");
                }
            }
        }
        for end in (0..good.len()).step_by(7) {
            let _ = compact(&good[..end]);
        }
    }
}
