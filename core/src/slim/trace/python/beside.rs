//! Files that are no code: what sources read by path, what lies beside them, what describes them.

use super::facts::{PathBase, PathPattern};
use super::function::Tracer;
use super::resolve::absolute;
use super::search::Module;
use crate::package::{FileId, FileKind, bytecode};
use crate::slim::category::Category;
use crate::slim::trace::{Reason, Why};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

impl Tracer<'_> {
    pub(super) fn asset(&mut self, file: FileId, module: &Rc<Module>, path: &PathPattern, reason: Reason) {
        let tree = self.package.tree();
        let base = match &path.base {
            PathBase::Here(levels) => {
                let own = tree.absolute(file);
                own.ancestors().nth(*levels).map(Path::to_owned)
            }
            PathBase::Module(name) => absolute(name, module)
                .and_then(|name| self.import_named(&name, Reason { why: Why::Import, ..reason }))
                .and_then(|module| module.directories.first().cloned()),
        };
        let mut places: Vec<PathBuf> = base.into_iter().collect();
        for part in &path.parts {
            let below = |place: &PathBuf| -> Vec<PathBuf> {
                if let Some(name) = part.as_exact() {
                    return vec![place.join(name)];
                }

                let names = tree.list(place).unwrap_or_default().iter();
                let names = names.filter(|name| name.to_str().is_some_and(|name| part.matches(name)));
                names.map(|name| place.join(name)).collect()
            };
            // By their real paths: a directory that links to itself would be found under ever more names.
            let found: BTreeSet<PathBuf> =
                places.iter().flat_map(below).filter_map(|place| tree.real(&place)).collect();
            places = found.into_iter().collect();
        }
        for place in places {
            if let Some(file) = tree.find(&place) {
                self.reach(file, reason);
            } else if place != self.package.directory() && !self.is_package_directory(&place) {
                for file in tree.below(&place) {
                    if !self.search.is_module_file(&tree.file(file).path) {
                        self.reach(file, reason);
                    }
                }
            }
        }
    }

    pub(super) fn is_package_directory(&self, directory: &Path) -> bool {
        self.package.tree().find(&directory.join("__init__.py")).is_some() || self.namespaces.contains(directory)
    }

    /// Data beside reached code; whether there was any that was not reached before.
    pub(super) fn add_data(&mut self) -> bool {
        let tree = self.package.tree();
        let mut found = Vec::new();
        for (id, file) in tree.iter() {
            let is_code = self.search.is_module_file(&file.path) && !is_plain_library(&file.path);
            if self.reached.has(id)
                || file.kind == FileKind::Special
                || is_code
                || Category::of(&file.path).is_some()
                || file.path.iter().any(|part| part == bytecode::CACHE_DIRECTORY)
            {
                continue;
            }
            if let Some(reason) = self.beside_code(id) {
                found.push((id, reason));
            }
        }
        for (file, reason) in &found {
            self.reach(*file, *reason);
        }
        !found.is_empty()
    }

    /// Whether the nearest package around a file is reached; own files need no package around them.
    pub(super) fn beside_code(&self, file: FileId) -> Option<Reason> {
        let tree = self.package.tree();
        let path = tree.absolute(file);
        let is_own = self.package.owner(file).is_none();
        for directory in path.ancestors().skip(1) {
            if let Some(init) = tree.find(&directory.join("__init__.py")) {
                return self.reached.has(init).then(|| Reason::from(Why::Data, init, None));
            }
            if self.namespaces.contains(directory) {
                return Some(Reason::of(Why::Data));
            }
            if directory == self.package.directory() {
                return is_own.then_some(Reason::of(Why::Data));
            }
        }
        None
    }

    pub(super) fn add_metadata(&mut self) {
        for distribution in self.package.distributions() {
            for file in self.package.tree().below(&distribution.directory) {
                self.reached.add(file, Reason::of(Why::Metadata));
            }
        }
        // What `site` reads at the start to make the path.
        let tree = self.package.tree();
        for directory in &self.package.python_path().directories {
            for name in tree.list(directory).unwrap_or_default() {
                let file = tree
                    .at(&directory.join(name))
                    .filter(|_| Path::new(name).extension().is_some_and(|it| it == "pth"));
                if let Some(file) = file {
                    self.reached.add(file, Reason::of(Why::Metadata));
                }
            }
        }
    }

    /// The bytecode of reached sources, for this version.
    pub(super) fn add_bytecode(&mut self) {
        let tree = self.package.tree();
        let tag = format!(".cpython-{}{}", self.version.0, self.version.1);
        for (id, file) in tree.iter() {
            if file.path.extension().is_some_and(|it| it == "pyc")
                && file.path.to_string_lossy().contains(&tag)
                && let Some(source) = bytecode::source_of(&tree.absolute(id)).and_then(|source| tree.find(&source))
                && self.reached.has(source)
            {
                self.reached.add(id, Reason::from(Why::Bytecode, source, None));
            }
        }
    }
}

/// `libx.so` and `x.so.1`: a library that is loaded by path or by need, not an extension module.
fn is_plain_library(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with("lib") && name.strip_suffix(".so").is_some() && name.matches('.').count() == 1
}
