//! Extension modules, shared libraries and pickles: what they name and what they need.

use super::function::{PICKLES, Tracer};
use super::streams;
use crate::package::{FileId, elf};
use crate::slim::trace::{Reason, Why};
use rayon::prelude::*;
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// A compiled file larger than this is not searched for names.
const MOST_COMPILED: u64 = 256 << 20;

impl Tracer<'_> {
    /// What compiled files name, and the shared objects that they need.
    pub(super) fn search_compiled(&mut self) {
        let files = std::mem::take(&mut self.compiled);
        let tree = self.package.tree();
        let read = |file: &FileId| tree.read(*file, MOST_COMPILED).unwrap_or_default();
        for some in files.chunks(8) {
            let contents: Vec<Vec<u8>> = self.threads.install(|| some.par_iter().map(read).collect());
            for (file, bytes) in some.iter().zip(contents) {
                self.compiled_file(*file, &bytes);
            }
        }
    }

    pub(super) fn compiled_file(&mut self, file: FileId, bytes: &[u8]) {
        let path = self.package.tree().absolute(file);
        let is_object = path.extension().is_none_or(|it| PICKLES.iter().all(|ending| it != *ending));
        if is_object {
            self.needed(file, &path, bytes);
        }
        // A library that is no module imports nothing by itself.
        let module = self.modules.get(&file).cloned();
        if is_object && module.is_none() {
            return;
        }
        let mut content = expanded(bytes);
        if is_object {
            content.to_mut().extend(streams::unpacked(bytes));
        }
        for name in self.names.find(&content, module.as_deref(), &mut self.search) {
            self.import_named(&name, Reason::from(Why::Named, file, None));
        }
    }

    pub(super) fn needed(&mut self, file: FileId, path: &Path, bytes: &[u8]) {
        let Ok(needed) = elf::needed(bytes) else { return };
        // What another object has loaded under the same name serves too; wheels keep such objects together.
        let beside: Vec<_> = path.parent().map(Path::to_owned).into_iter().collect();
        for library in elf::resolve(self.package.tree(), path, &needed, &beside) {
            self.reach(library, Reason::from(Why::Needed, file, None));
        }
    }
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
