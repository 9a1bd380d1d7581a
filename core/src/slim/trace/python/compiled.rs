//! Which modules a compiled file names: extension modules and pickles import what no source shows.
//!
//! An extension module keeps the names that it imports as text; how it is laid out is its compiler's affair, so
//! the bytes are searched for the names of modules that the package has. A name too many costs space, one too
//! few is served from the cold archive.

use super::search::{Module, Search};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeSet;

/// Siblings with shorter names would be found in any text.
const SHORTEST_SIBLING: usize = 5;
/// A name of this length is believed wherever it stands: compilers join their constants without a gap.
const LONG_NAME: usize = 9;

/// Finds the names of the package's modules in bytes.
#[derive(Debug)]
pub(super) struct NameFinder {
    tops: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl NameFinder {
    pub(super) fn new(search: &Search<'_>) -> Self {
        let tops = search.top_level();
        let patterns: Vec<String> = tops.iter().map(|name| format!("{name}.")).collect();
        Self { tops, finder: AhoCorasick::new(patterns).ok() }
    }

    /// The places of `bytes` that name modules, and which of `siblings` stand in them: told from the bytes alone.
    pub(super) fn scan(&self, bytes: &[u8], siblings: &[String]) -> Scanned {
        let hits = self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(bytes)).map(|hit| Hit {
            top: hit.pattern().as_usize(),
            end: hit.end(),
            is_start: hit.start() == 0 || !is_name_byte(bytes[hit.start() - 1]),
        });
        Scanned { hits: hits.collect(), siblings: mentioned(bytes, siblings) }
    }

    /// The modules that were named there.
    pub(super) fn named(&self, scanned: &Scanned, bytes: &[u8], search: &mut Search<'_>) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = scanned.siblings.iter().cloned().collect();
        for hit in &scanned.hits {
            let top = &self.tops[hit.top];
            if let Some(name) = longest(top, &bytes[hit.end..], search) {
                found.insert(name);
            } else if hit.is_start {
                found.insert(top.clone());
            }
        }
        found
    }
}

/// What the bytes of a compiled file say.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    hits: Vec<Hit>,
    /// Full names.
    siblings: Vec<String>,
}

/// A place where the name of a module outside of any package stands, with a dot after it.
#[derive(Debug)]
struct Hit {
    /// Which name.
    top: usize,
    /// Where the bytes go on after the dot.
    end: usize,
    /// Whether no longer name ends there.
    is_start: bool,
}

/// The deepest module below `top` whose name the bytes continue with.
fn longest(top: &str, mut rest: &[u8], search: &mut Search<'_>) -> Option<String> {
    let mut name = None;
    let mut module = search.module(top)?;
    loop {
        let children = search.children(&module);
        let Some(child) = children.iter().filter(|child| rest.starts_with(child.as_bytes())).max_by_key(|it| it.len())
        else {
            return name;
        };
        let full = format!("{}.{child}", module.name);
        rest = &rest[child.len()..];
        module = search.module(&full)?;
        name = Some(full);
        match rest.strip_prefix(b".") {
            Some(after) => rest = after,
            None => return name,
        }
    }
}

/// The modules beside `module`, by their full names: relative imports leave only the last part of them.
pub(super) fn siblings(module: &Module, search: &mut Search<'_>) -> Vec<String> {
    let Some(package) = search.module(module.package()) else { return Vec::new() };
    let names = search.children(&package);
    let is_sought = |name: &&String| name.len() >= SHORTEST_SIBLING && !module.name.ends_with(name.as_str());
    names.iter().filter(is_sought).map(|name| format!("{}.{name}", package.name)).collect()
}

/// Those of the names whose last part stands in the bytes.
fn mentioned(bytes: &[u8], names: &[String]) -> Vec<String> {
    let last: Vec<&str> = names.iter().map(|name| name.rsplit_once('.').map_or(&**name, |(_, last)| last)).collect();
    // Each finder serves once, so that making it must cost little.
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    let Ok(finder) = AhoCorasick::builder().kind(kind).build(&last) else { return Vec::new() };
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for hit in finder.find_overlapping_iter(bytes) {
        let before = hit.start().checked_sub(1).is_some_and(|at| is_name_byte(bytes[at]));
        let after = bytes.get(hit.end()).is_some_and(|byte| is_name_byte(*byte));
        if (!before && !after) || last[hit.pattern().as_usize()].len() >= LONG_NAME {
            seen.insert(hit.pattern().as_usize());
        }
    }
    seen.into_iter().map(|at| names[at].clone()).collect()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
