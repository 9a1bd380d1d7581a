//! Binaries may be anyone's: whatever their tables say, no byte is lost, none counts twice, and nothing panics.
#![no_main]

use headstart::package::elf;
use headstart::slim::binary::{Binary, SectionKind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = elf::needed(data);
    let Ok(binary) = Binary::parse(data) else { return };
    let sections: u64 = binary.sections.iter().map(|section| section.bytes).sum();
    assert_eq!(sections + binary.other_bytes, data.len() as u64);
    let code: u64 = binary.code.iter().map(|code| code.bytes).sum();
    assert_eq!(code, binary.bytes_of(SectionKind::Code));
});
