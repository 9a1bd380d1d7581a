//! Code by crate.

use super::mangled::{crate_of, is_standard};
use super::section::{Section, SectionKind};
use super::symbols::Functions;
use std::collections::BTreeMap;

/// What the standard library's crates are called together.
pub const STD: &str = "std";
/// What functions are called whose symbols Rust did not mangle: C, C++, assembly, and what Rust exports by name.
pub const C: &str = "[c]";
/// What code is called that no symbol covers.
pub const UNKNOWN: &str = "[unknown]";

/// Names are read up to this many bytes in all; what is left counts as unknown.
const MOST_NAMES: usize = 512 << 20;

/// The code of one crate in a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The section that it is in.
    pub section: String,
    /// The crate's name in symbols, `serde_json`, or [`STD`], [`C`], [`UNKNOWN`].
    pub name: String,
    /// The versions that the Cargo project has of it, where there is one.
    pub versions: Vec<String>,
    /// Bytes of its functions.
    pub bytes: u64,
    /// How many functions there are.
    pub functions: usize,
}

/// Divides the code sections between crates, the largest first. The shares of a section sum up to its bytes.
pub(super) fn by_crate(sections: &[Section], functions: Option<&Functions<'_>>) -> Vec<Code> {
    let mut left: Vec<u64> = sections.iter().map(code_bytes).collect();
    let mut found: BTreeMap<(usize, String), (u64, usize)> = BTreeMap::new();
    let mut budget = MOST_NAMES;
    for function in functions.iter().flat_map(|functions| functions.all.iter().map(move |it| (*functions, it))) {
        let (functions, function) = function;
        let bytes = function.bytes.min(left[function.section]);
        let name = functions.name(function);
        let Some(rest) = budget.checked_sub(name.len()) else { break };
        budget = rest;
        left[function.section] -= bytes;
        let share = found.entry((function.section, owner(name))).or_default();
        *share = (share.0 + bytes, share.1 + 1);
    }
    for (section, bytes) in left.into_iter().enumerate().filter(|(_, bytes)| *bytes > 0) {
        found.insert((section, UNKNOWN.to_owned()), (bytes, 0));
    }
    let share = |((section, name), (bytes, functions)): ((usize, String), _)| Code {
        section: sections[section].name.clone(),
        name,
        versions: Vec::new(),
        bytes,
        functions,
    };
    let mut shares: Vec<_> = found.into_iter().map(share).collect();
    sort(&mut shares);
    shares
}

/// The largest first.
pub(super) fn sort(shares: &mut [Code]) {
    shares.sort_by(|one, other| {
        other.bytes.cmp(&one.bytes).then_with(|| (&one.name, &one.section).cmp(&(&other.name, &other.section)))
    });
}

fn code_bytes(section: &Section) -> u64 {
    if section.kind == SectionKind::Code { section.bytes } else { 0 }
}

fn owner(symbol: &[u8]) -> String {
    match crate_of(symbol) {
        Some(name) if is_standard(&name) => STD.to_owned(),
        Some(name) => name,
        None => C.to_owned(),
    }
}
