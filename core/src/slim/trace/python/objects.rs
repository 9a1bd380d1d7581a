//! Extension modules, shared libraries and pickles: what they name and what they need.

use super::compiled::{self, NameFinder, Scanned};
use super::function::{PICKLES, Tracer};
use super::sections::without_code;
use super::streams;
use crate::package::elf::{self, Needed};
use crate::package::{FileId, Tree};
use crate::slim::trace::{Reason, Why};
use rayon::prelude::*;
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// A compiled file larger than this is not searched for names.
const MOST_COMPILED: u64 = 256 << 20;
/// How many are in memory at once.
const AT_ONCE: usize = 8;

/// A compiled file that is to be looked into.
struct Asked {
    file: FileId,
    /// A shared object, and no pickle.
    is_object: bool,
    /// The names of modules beside it; `None` where it is a library that is no module, which imports nothing.
    siblings: Option<Vec<String>>,
}

/// What its bytes say.
#[derive(Default)]
struct Told {
    needed: Option<Needed>,
    content: Vec<u8>,
    scanned: Scanned,
}

impl Tracer<'_> {
    /// What compiled files name, and the shared objects that they need.
    pub(super) fn search_compiled(&mut self) {
        let files = std::mem::take(&mut self.compiled);
        for some in files.chunks(AT_ONCE) {
            let asked: Vec<_> = some.iter().map(|file| self.ask(*file)).collect();
            let (tree, names) = (self.package.tree(), &self.names);
            let told: Vec<_> = self.threads.install(|| asked.par_iter().map(|it| look(tree, names, it)).collect());
            for (asked, told) in asked.iter().zip(told) {
                self.hear(asked, &told);
            }
        }
    }

    fn ask(&mut self, file: FileId) -> Asked {
        let path = &self.package.tree().file(file).path;
        let is_object = path.extension().is_none_or(|it| PICKLES.iter().all(|ending| it != *ending));
        let module = self.modules.get(&file).cloned();
        let siblings = module.as_deref().map(|module| compiled::siblings(module, &mut self.search));
        Asked { file, is_object, siblings: siblings.or((!is_object).then(Vec::new)) }
    }

    fn hear(&mut self, asked: &Asked, told: &Told) {
        if let Some(needed) = &told.needed {
            self.needed(asked.file, needed);
        }
        for name in self.names.named(&told.scanned, &told.content, &mut self.search) {
            self.import_named(&name, Reason::from(Why::Named, asked.file, None));
        }
        if asked.siblings.is_none() && self.modules.contains_key(&asked.file) {
            // Meanwhile another file imports it.
            self.compiled.push(asked.file);
        }
    }

    pub(super) fn needed(&mut self, file: FileId, needed: &Needed) {
        let path = self.package.tree().absolute(file);
        // What another object has loaded under the same name serves too; wheels keep such objects together.
        let beside: Vec<_> = path.parent().map(Path::to_owned).into_iter().collect();
        for library in elf::resolve(self.package.tree(), &path, needed, &beside) {
            self.reach(library, Reason::from(Why::Needed, file, None));
        }
    }
}

fn look(tree: &Tree, names: &NameFinder, asked: &Asked) -> Told {
    let bytes = tree.read(asked.file, MOST_COMPILED).unwrap_or_default();
    let needed = if asked.is_object { elf::needed(&bytes).ok() } else { None };
    let Some(siblings) = &asked.siblings else { return Told { needed, ..Told::default() } };
    let content = if asked.is_object { texts(&bytes) } else { expanded(&bytes).into_owned() };
    let scanned = names.scan(&content, siblings);
    Told { needed, content, scanned }
}

/// Where text may be in a shared object, or in the bytecode of a module without its source: as it is, and unpacked.
fn texts(bytes: &[u8]) -> Vec<u8> {
    let mut texts = Vec::new();
    for range in without_code(bytes) {
        texts.extend_from_slice(&bytes[range]);
        texts.push(0);
    }
    let unpacked = streams::unpacked(&texts);
    texts.extend(unpacked);
    texts
}

/// What a compressed file holds; joblib writes pickles as zlib or gzip streams.
fn expanded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut content = Vec::new();
    let outcome = match bytes {
        [0x78, ..] => flate2::read::ZlibDecoder::new(bytes).take(MOST_COMPILED).read_to_end(&mut content),
        [0x1f, 0x8b, ..] => flate2::read::GzDecoder::new(bytes).take(MOST_COMPILED).read_to_end(&mut content),
        _ => return Cow::Borrowed(bytes),
    };
    if outcome.is_ok() { Cow::Owned(content) } else { Cow::Borrowed(bytes) }
}
