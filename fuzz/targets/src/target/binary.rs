//! Whatever the tables of a binary say, no byte is lost and none counts twice.

use headstart::slim::binary::{Binary, SectionKind};

pub(crate) fn run(data: &[u8]) {
    let Ok(binary) = Binary::parse(data) else { return };
    let sections: u64 = binary.sections.iter().map(|section| section.bytes).sum();
    assert_eq!(sections + binary.other_bytes, data.len() as u64);
    let code: u64 = binary.code.iter().map(|code| code.bytes).sum();
    assert_eq!(code, binary.bytes_of(SectionKind::Code));
}
