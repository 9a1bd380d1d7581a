//! What another process has mapped.

use super::Span;
use std::fs;
use std::io;

/// Memory that a process can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) span: Span,
    /// Whether a file stands behind it.
    pub(super) is_file: bool,
}

/// The memory that a process can use; not what the kernel maps there by itself.
pub(super) fn mappings(pid: u32) -> io::Result<Vec<Mapping>> {
    let text = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    Ok(text.lines().filter_map(mapping).collect())
}

fn mapping(line: &str) -> Option<Mapping> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let is_usable = !fields.next()?.starts_with("---");
    let is_file = fields.nth(2)? != "0";
    let is_kernels = fields.next().is_some_and(|name| name.starts_with("[v"));
    let number = |text| u64::from_str_radix(text, 16).ok();
    (is_usable && !is_kernels).then_some(Mapping { span: number(start)?..number(end)?, is_file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_told_apart() {
        let (anonymous, file) =
            (|span| Some(Mapping { span, is_file: false }), |span| Some(Mapping { span, is_file: true }));
        assert_eq!(mapping("7f00-8f00 rw-p 00000000 00:00 0 "), anonymous(0x7f00..0x8f00));
        assert_eq!(mapping("7f00-8f00 rw-p 00000000 00:00 0 [heap]"), anonymous(0x7f00..0x8f00));
        assert_eq!(mapping("1000-2000 r-xp 00000000 08:01 12 /usr/lib/[vdso].so"), file(0x1000..0x2000));
        assert_eq!(mapping("1000-2000 r-xp 00000000 00:00 0 [vdso]"), None);
        assert_eq!(mapping("1000-2000 ---p 00000000 00:00 0 "), None);
    }
}
