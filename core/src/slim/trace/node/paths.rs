//! Which files of the package a path may mean, some of it unknown.

use super::kind::{self, SourceKind};
use super::scan::{Access, Text};
use super::world::World;
use crate::package::FileId;
use std::path::{Path, PathBuf};

/// More files than this are not taken for one path.
const MOST_FILES: usize = 10_000;

/// A larger package is not searched for a path of which only the end is known.
const MOST_SEARCHED: usize = 2_000;
/// How many files may end alike for one of them to be meant.
const MOST_ALIKE: usize = 16;

/// The files of one path, and whether those are all that it may mean.
#[derive(Debug, Default)]
pub(super) struct Meant {
    pub(super) files: Vec<FileId>,
    pub(super) is_all: bool,
    /// Whether the path was known and is that of one file.
    pub(super) is_exact: bool,
}

impl Meant {
    fn exactly(file: FileId) -> Self {
        Self { files: vec![file], is_all: true, is_exact: true }
    }

    fn nothing() -> Self {
        Self { is_all: true, ..Self::default() }
    }
}

impl World<'_> {
    /// The files that a path may mean that a source uses as a file.
    pub(super) fn files_of(&self, path: &Text, access: Access, source: &Path) -> Meant {
        if !path.is_absolute() {
            return if access == Access::Read { self.files_ending(path, source) } else { Meant::nothing() };
        }
        match path.as_known() {
            Some(known) => self.files_at(Path::new(known), path.is_from_cwd(), access, source),
            None => self.files_like(path, access, source),
        }
    }

    fn files_at(&self, path: &Path, is_from_cwd: bool, access: Access, source: &Path) -> Meant {
        if let Some(file) = self.tree.find(path) {
            return Meant::exactly(file);
        }
        // What runs is found without its extension too.
        if access == Access::Run
            && let Some(file) = ["js", "cjs", "mjs"].iter().find_map(|it| self.tree.find(&with_extension(path, it)))
        {
            return Meant::exactly(file);
        }
        let Some(directory) = self.tree.real(path).filter(|path| self.tree.is_directory(path)) else {
            return Meant::nothing();
        };
        if directory.ends_with("node_modules") {
            return Meant::nothing();
        }
        let is_around = source.starts_with(&directory) || self.package.directory().starts_with(&directory);
        match access {
            // A directory around the source is named to find something in it, not for all that it holds.
            _ if !is_around => self.all_below(&directory),
            Access::List if !is_from_cwd || directory != self.package.directory() => {
                Meant { files: self.directly_in(&directory), is_all: true, is_exact: false }
            }
            _ => Meant::nothing(),
        }
    }

    /// The files of the source's package that end like a path whose beginning is not known: a directory that
    /// another source names.
    fn files_ending(&self, path: &Text, source: &Path) -> Meant {
        let suffix = path.suffix();
        let name = suffix.rsplit('/').next().unwrap_or_default();
        if path.prefix() != "" || !suffix.starts_with('/') || !name.contains('.') {
            return Meant::nothing();
        }
        let (files, is_all) = self.below(&self.scope(source), MOST_SEARCHED);
        if !is_all {
            return Meant::nothing();
        }
        let meant = self.fitting(files, true, path);
        if meant.files.len() > MOST_ALIKE { Meant::nothing() } else { meant }
    }

    fn all_below(&self, directory: &Path) -> Meant {
        let (files, is_all) = self.below(directory, MOST_FILES);
        Meant { files, is_all, is_exact: false }
    }

    /// The files that fit a path of which parts are unknown.
    fn files_like(&self, path: &Text, access: Access, source: &Path) -> Meant {
        let Some(directory) = self.known_directory(path) else { return Meant::nothing() };
        if directory.ends_with("node_modules")
            || !directory.starts_with(self.scope(source)) && World::is_own(&directory) != World::is_own(source)
        {
            return Meant::nothing();
        }
        let is_around = source.starts_with(&directory) || self.package.directory().starts_with(&directory);
        if !is_around {
            let (files, is_all) = self.below(&directory, MOST_FILES);
            return self.fitting(files, is_all, path);
        }
        if path.is_from_cwd() && directory == self.package.directory() {
            return Meant::nothing();
        }
        // Any name in a directory around the source: code would be required, so data is meant, and only where
        // something is done with it or its kind is known.
        let has_kind = path.suffix().contains('.');
        let is_data = |file: &FileId| kind::of(&self.tree.file(*file).path) == SourceKind::Data;
        match access {
            Access::Mention if !has_kind => Meant::nothing(),
            _ => {
                let files = self.directly_in(&directory);
                let files = files.into_iter().filter(|file| has_kind || is_data(file)).collect();
                self.fitting(files, true, path)
            }
        }
    }

    fn fitting(&self, files: Vec<FileId>, is_all: bool, path: &Text) -> Meant {
        let fits = |file: &FileId| path.may_be(&self.tree.absolute(*file).to_string_lossy());
        Meant { files: files.into_iter().filter(fits).collect(), is_all, is_exact: false }
    }

    /// The directory that the known beginning of a path leads to.
    fn known_directory(&self, path: &Text) -> Option<PathBuf> {
        let prefix = path.prefix();
        let directory = &prefix[..=prefix.rfind('/')?];
        self.tree.real(Path::new(directory)).filter(|path| self.tree.is_directory(path))
    }

    /// The files that a partly known name may mean which is a path to `require` or `import`.
    pub(super) fn modules_like(&self, path: &Text, source: &Path) -> Meant {
        let Some(directory) = self.known_directory(path) else { return Meant::nothing() };
        // Never more than the package that asks, nor all of what is installed.
        if !directory.starts_with(self.scope(source)) || directory.ends_with("node_modules") {
            return Meant { is_all: false, ..Meant::default() };
        }
        let (files, is_all) = self.below(&directory, MOST_FILES);
        let files = files.into_iter().filter(|file| self.is_loaded_as(*file, path)).collect();
        Meant { files, is_all, is_exact: false }
    }

    /// Whether a module of this name may be loaded from `file`: by its path, without extension, by its directory.
    fn is_loaded_as(&self, file: FileId, name: &Text) -> bool {
        let path = self.tree.absolute(file);
        if !kind::is_loadable(&path) {
            return false;
        }
        let without = path.with_extension("");
        let by_directory = || without.file_name().is_some_and(|it| it == "index");
        name.may_be(&path.to_string_lossy())
            || name.may_be(&without.to_string_lossy())
            || (by_directory() && without.parent().is_some_and(|it| name.may_be(&it.to_string_lossy())))
    }
}

fn with_extension(path: &Path, extension: &str) -> PathBuf {
    format!("{}.{extension}", path.display()).into()
}
