//! Sizes by section and by crate, on objects that these tests write.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::Code;
use headstart::slim::binary::{Binary, C, STD, SectionKind, Symbols, UNKNOWN};
use object::write::{Object, StandardSection, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind as Kind, SymbolFlags, SymbolKind, SymbolScope};
use std::collections::BTreeMap;

/// `serde::parse`, `core::fmt::write`, both manglings, and a function of C.
const LEGACY: &str = "_ZN5serde5parse17h0123456789abcdefE";
const STANDARD: &str = "_ZN4core3fmt5write17h0123456789abcdefE";
const V0: &str = "_RNvCs1234_7mycrate3foo";

fn functions(functions: &[(&str, u64, u64)]) -> Vec<u8> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let text = object.section_id(StandardSection::Text);
    object.append_section_data(text, &[0x90; 1000], 16);
    let data = object.section_id(StandardSection::ReadOnlyData);
    object.append_section_data(data, &[1; 300], 8);
    let debug = object.add_section(Vec::new(), b".debug_info".to_vec(), Kind::Debug);
    object.append_section_data(debug, &[2; 500], 1);
    let zeroed = object.section_id(StandardSection::UninitializedData);
    object.append_section_bss(zeroed, 4096, 16);
    for (name, value, size) in functions {
        object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: *value,
            size: *size,
            kind: SymbolKind::Text,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Section(text),
            flags: SymbolFlags::None,
        });
    }
    object.write().unwrap()
}

fn shares(binary: &Binary) -> BTreeMap<&str, u64> {
    binary.code.iter().filter(|code| code.section == ".text").map(|code| (code.name.as_str(), code.bytes)).collect()
}

/// What is promised of every binary: no byte is lost, and none counts twice.
fn adds_up(binary: &Binary) {
    let sections: u64 = binary.sections.iter().map(|section| section.bytes).sum();
    assert_eq!(sections + binary.other_bytes, binary.bytes);
    let code: u64 = binary.code.iter().map(|code| code.bytes).sum();
    assert_eq!(code, binary.bytes_of(SectionKind::Code));
}

#[test]
fn sections_and_crates_add_up() {
    let bytes = functions(&[(LEGACY, 0, 100), (V0, 100, 200), (STANDARD, 300, 50), ("memcpy", 400, 150)]);
    let binary = Binary::parse(&bytes).unwrap();
    adds_up(&binary);
    assert_eq!(binary.bytes, bytes.len() as u64);
    assert_eq!(binary.symbols, Symbols::Present);
    let expected = BTreeMap::from([("serde", 100), ("mycrate", 200), (STD, 50), (C, 150), (UNKNOWN, 500)]);
    assert_eq!(shares(&binary), expected);
    assert_eq!(binary.unknown_bytes(), 500);
    let section = |name: &str| binary.sections.iter().find(|section| section.name == name).unwrap();
    assert_eq!((section(".rodata").kind, section(".rodata").bytes), (SectionKind::Data, 300));
    assert_eq!((section(".debug_info").kind, section(".debug_info").bytes), (SectionKind::Debug, 500));
    let zeroed = section(".bss");
    assert_eq!((zeroed.kind, zeroed.bytes, zeroed.memory_bytes), (SectionKind::Zeroed, 0, 4096));
    assert!(binary.bytes_of(SectionKind::Symbols) > 0);
}

#[test]
fn names_of_one_place_count_once() {
    let binary = Binary::parse(&functions(&[(LEGACY, 0, 100), ("alias", 0, 100), (V0, 50, 50)])).unwrap();
    adds_up(&binary);
    assert_eq!(shares(&binary).values().sum::<u64>(), 1000);
    assert_eq!(shares(&binary)["mycrate"], 50);
}

#[test]
fn sizes_that_lie_stay_in_their_section() {
    let binary = Binary::parse(&functions(&[(LEGACY, 0, u64::MAX), (V0, 600, 1 << 40), (STANDARD, 5000, 10)])).unwrap();
    adds_up(&binary);
    assert_eq!(shares(&binary), BTreeMap::from([("serde", 600), ("mycrate", 400)]));
}

#[test]
fn without_symbols_there_are_sections_only() {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let text = object.section_id(StandardSection::Text);
    object.append_section_data(text, &[0x90; 64], 16);
    let mut bytes = object.write().unwrap();
    // The type of a section's header is 4 bytes behind its begin: SHT_SYMTAB becomes SHT_NULL.
    let headers = usize::try_from(u64::from_le_bytes(bytes[0x28..0x30].try_into().unwrap())).unwrap();
    let count = usize::from(u16::from_le_bytes(bytes[0x3c..0x3e].try_into().unwrap()));
    for at in (0..count).map(|number| headers + number * 64 + 4) {
        if bytes[at..at + 4] == 2_u32.to_le_bytes() {
            bytes[at] = 0;
        }
    }
    let binary = Binary::parse(&bytes).unwrap();
    adds_up(&binary);
    assert_eq!(binary.symbols, Symbols::Stripped);
    assert_eq!(shares(&binary), BTreeMap::from([(UNKNOWN, 64)]));
}

#[test]
fn every_cut_is_an_error_or_adds_up() {
    let bytes = functions(&[(LEGACY, 0, 100), (V0, 100, 200)]);
    for end in 0..bytes.len() {
        match Binary::parse(&bytes[..end]) {
            Ok(binary) => adds_up(&binary),
            Err(error) => assert_eq!(error.code(), Code::ObjectInvalid, "{end}"),
        }
    }
}

#[test]
fn every_changed_byte_is_an_error_or_adds_up() {
    let bytes = functions(&[(LEGACY, 0, 100), (V0, 100, 200)]);
    let (head, tail) = (0..64, bytes.len() - 12 * 64..bytes.len());
    for at in head.chain(tail) {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut broken = bytes.clone();
            broken[at] = value;
            match Binary::parse(&broken) {
                Ok(binary) => adds_up(&binary),
                Err(error) => assert_eq!(error.code(), Code::ObjectInvalid, "{at}"),
            }
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn this_program_is_divided_between_its_crates() {
    let binary = Binary::read(&std::env::current_exe().unwrap()).unwrap();
    adds_up(&binary);
    let shares = shares(&binary);
    for name in ["binary", "headstart", "object", STD] {
        assert!(shares.contains_key(name), "{name}: {shares:?}");
    }
    let text: u64 = shares.values().sum();
    assert!(binary.unknown_bytes() * 10 < text, "{} of {text} unknown", binary.unknown_bytes());
}
