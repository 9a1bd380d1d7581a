//! Where text may be in a shared object.

use object::{Object, ObjectSection, SectionFlags, elf};
use std::ops::Range;

/// The parts of an object that may hold text: all but the instructions, and what is not loaded. All of it where its
/// sections are not known.
pub(super) fn without_code(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut left_out: Vec<Range<usize>> = Vec::new();
    if let Ok(object) = object::File::parse(bytes) {
        let is_text = |flags| match flags {
            SectionFlags::Elf { sh_flags, .. } => {
                sh_flags.contains(elf::SHF_ALLOC) && !sh_flags.contains(elf::SHF_EXECINSTR)
            }
            _ => true,
        };
        let sections = object.sections().filter(|section| !is_text(section.flags()));
        let ranges = sections.filter_map(|section| section.file_range());
        left_out.extend(ranges.filter_map(|(start, size)| {
            let end = usize::try_from(start.checked_add(size)?).ok()?;
            Some(usize::try_from(start).ok()?..end).filter(|range| range.end <= bytes.len())
        }));
    }
    left_out.sort_by_key(|range| range.start);
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in left_out {
        if range.start > at {
            parts.push(at..range.start);
        }
        at = at.max(range.end);
    }
    if at < bytes.len() {
        parts.push(at..bytes.len());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_in_order_and_hold_text() {
        const MARK: &str = "a text that the program of this test has";
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let parts = without_code(&bytes);
        assert!(parts.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert!(parts.last().is_some_and(|last| last.end <= bytes.len()));
        let has = |part: &Range<usize>| memchr::memmem::find(&bytes[part.clone()], MARK.as_bytes()).is_some();
        assert!(parts.iter().any(has));
        assert!(parts.iter().map(Range::len).sum::<usize>() < bytes.len(), "the instructions are left out");
    }

    #[test]
    fn what_is_no_object_is_one_part() {
        assert_eq!(without_code(b"no object").first(), Some(&(0..9)));
        assert!(without_code(b"").is_empty());
    }
}
