//! A binary together with the Cargo project that built it.

use super::code::{Code, STD, sort};
use super::read::Binary;
use crate::package::CargoProject;
use std::collections::BTreeMap;

/// What the standard library is built from besides its own crates, by
/// <https://github.com/rust-lang/rust/blob/main/library/std/Cargo.toml>. In a project that does not link them itself,
/// they are there because `std` is.
const WITHIN_STANDARD: &[&str] = &[
    "addr2line",
    "adler2",
    "cfg_if",
    "gimli",
    "hashbrown",
    "libc",
    "memchr",
    "miniz_oxide",
    "object",
    "rustc_demangle",
];

impl Binary {
    /// Says of each crate which versions the project has, and counts what only `std` brings as `std`.
    pub fn join(&mut self, project: &CargoProject) {
        for code in &mut self.code {
            code.versions = project.versions(&code.name).into_iter().map(str::to_owned).collect();
            if code.versions.is_empty() && WITHIN_STANDARD.contains(&code.name.as_str()) {
                STD.clone_into(&mut code.name);
            }
        }
        self.code = merged(std::mem::take(&mut self.code), |code| (code.section.clone(), code.name.clone()));
    }

    /// The code by crate alone, the largest first; [`section`](Code::section) is that of its largest part.
    pub fn crates(&self) -> Vec<Code> {
        merged(self.code.clone(), |code| code.name.clone())
    }
}

/// The sums of what has the same key.
fn merged<K: Ord>(code: Vec<Code>, key: impl Fn(&Code) -> K) -> Vec<Code> {
    let mut found: BTreeMap<K, Code> = BTreeMap::new();
    for code in code {
        match found.entry(key(&code)) {
            std::collections::btree_map::Entry::Occupied(mut sum) => {
                sum.get_mut().bytes += code.bytes;
                sum.get_mut().functions += code.functions;
            }
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(code);
            }
        }
    }
    let mut merged: Vec<_> = found.into_values().collect();
    sort(&mut merged);
    merged
}
