//! Shared objects made for tests: as much of ELF as a dynamic linker reads to find libraries.

use serde::Deserialize;

/// A shared object without code.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Object {
    /// The libraries that it needs.
    pub(crate) needed: Vec<String>,
    /// Where it wants them looked for, with colons between.
    pub(crate) search: Option<String>,
    /// Text that its code names: modules that it imports.
    pub(crate) text: Vec<String>,
    /// `x64` or `arm64`. Default: `x64`.
    pub(crate) machine: Option<String>,
    /// `elf`, `mach-o` or `pe`. Default: `elf`. Of the others there is only the magic.
    pub(crate) format: Option<String>,
}

const HEADER: u16 = 64;
const SEGMENT: u16 = 56;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_STRSZ: u64 = 10;
const DT_RUNPATH: u64 = 29;

impl Object {
    /// The object's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self.format.as_deref() {
            Some("mach-o") => b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec(),
            Some("pe") => b"MZ\x90\0\x03\0\0\0".to_vec(),
            _ => self.elf(),
        }
    }

    fn elf(&self) -> Vec<u8> {
        let mut strings = vec![0_u8];
        let mut add = |text: &str| {
            let at = strings.len() as u64;
            strings.extend_from_slice(text.as_bytes());
            strings.push(0);
            at
        };
        let mut dynamic: Vec<(u64, u64)> = self.needed.iter().map(|name| (DT_NEEDED, add(name))).collect();
        dynamic.extend(self.search.iter().map(|path| (DT_RUNPATH, add(path))));
        let start = usize::from(HEADER + 2 * SEGMENT);
        let tables = start + (dynamic.len() + 3) * 16;
        for text in &self.text {
            add(text);
        }
        dynamic.extend([(DT_STRTAB, tables as u64), (DT_STRSZ, strings.len() as u64), (0, 0)]);
        let size = (tables + strings.len()) as u64;

        let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        let machine: u16 = if self.machine.as_deref() == Some("arm64") { 183 } else { 62 };
        for half in [3, machine] {
            bytes.extend(half.to_le_bytes());
        }
        bytes.extend(1_u32.to_le_bytes());
        for word in [0, u64::from(HEADER), 0] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(0_u32.to_le_bytes());
        for half in [HEADER, SEGMENT, 2, 64, 0, 0] {
            bytes.extend(half.to_le_bytes());
        }
        segment(&mut bytes, 1, 0, size);
        segment(&mut bytes, 2, start as u64, (dynamic.len() * 16) as u64);
        for (tag, value) in dynamic {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(strings);
        bytes
    }
}

/// A program header: its type, where it lies in the file and in memory, and its size.
fn segment(bytes: &mut Vec<u8>, kind: u32, offset: u64, size: u64) {
    bytes.extend(kind.to_le_bytes());
    bytes.extend(4_u32.to_le_bytes());
    for word in [offset, offset, offset, size, size, 8] {
        bytes.extend(word.to_le_bytes());
    }
}
