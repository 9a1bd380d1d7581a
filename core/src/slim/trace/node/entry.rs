//! The file that the entry names, found as the launcher does (`runtimes/node/lib/entry.cjs`).

use crate::error::{Code, Error, Result};
use crate::package::{FileId, Package, Tree};
use std::path::{Path, PathBuf};

const EXTENSIONS: &[&str] = &["js", "cjs", "mjs"];
const STRIPPED: &[&str] = &["ts", "cts", "mts"];
/// How much of a package.json is read.
const MOST_METADATA: u64 = 4 << 20;

/// The entry's file, with its path before links are followed.
///
/// Fails with `function.entry_not_found`, or `config.missing` where the package has no entry.
pub(super) fn find(package: &Package, strips_types: bool) -> Result<(PathBuf, FileId)> {
    let entry = package.need_entry()?;
    let finder = Finder { tree: package.tree(), strips_types };
    let first = entry.as_str().rfind('/').map_or(0, |slash| slash + 1);
    // A module part that has no file gives its tail to the attribute.
    let dots = entry.as_str().match_indices('.').map(|(at, _)| at).filter(|dot| *dot > first).rev();
    let found = dots.map(|dot| package.directory().join(&entry.as_str()[..dot])).find_map(|base| finder.file(&base));
    found.ok_or_else(|| {
        Error::new(Code::EntryNotFound, "find the entry", format!("no module \"{}\"", entry.module()))
            .with("path", package.source().display())
    })
}

struct Finder<'a> {
    tree: &'a Tree,
    strips_types: bool,
}

impl Finder<'_> {
    fn extensions(&self) -> impl Iterator<Item = &'static str> {
        EXTENSIONS.iter().chain(STRIPPED.iter().filter(|_| self.strips_types)).copied()
    }

    fn at(&self, path: PathBuf) -> Option<(PathBuf, FileId)> {
        let file = self.tree.find(&path)?;
        Some((path, file))
    }

    fn has_extension(&self, path: &Path) -> bool {
        self.extensions().any(|extension| path.extension().is_some_and(|it| it == extension))
    }

    fn with_extension(&self, base: &Path) -> Option<(PathBuf, FileId)> {
        self.extensions().find_map(|extension| self.at(format!("{}.{extension}", base.display()).into()))
    }

    /// The file that a path without extension names: with one, a directory's main file, its index.
    fn file(&self, base: &Path) -> Option<(PathBuf, FileId)> {
        self.with_extension(base)
            .or_else(|| self.at(base.to_owned()).filter(|(path, _)| self.has_extension(path)))
            .or_else(|| if self.tree.is_directory(base) { self.main(base) } else { None })
    }

    fn main(&self, directory: &Path) -> Option<(PathBuf, FileId)> {
        let metadata = self.tree.find(&directory.join("package.json"));
        let text = metadata.and_then(|file| self.tree.read(file, MOST_METADATA).ok());
        let json = text.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
        let main = json.as_ref().and_then(|json| json["main"].as_str()).map(|main| directory.join(main));
        main.into_iter().chain([directory.join("index")]).find_map(|candidate| {
            self.at(candidate.clone())
                .filter(|(path, _)| self.has_extension(path))
                .or_else(|| self.with_extension(&candidate))
                .or_else(|| self.with_extension(&candidate.join("index")))
        })
    }
}
