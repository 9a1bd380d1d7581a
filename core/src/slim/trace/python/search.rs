//! What a dotted name means in this package: the interpreter's path finder, asked of the tree.

use crate::package::{FileId, Libc, PythonPath, Target, Tree};
use rustc_hash::FxHashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A longer name is that of no module: its file could not be opened.
const LONGEST_NAME: usize = 1024;

/// A module of the package.
#[derive(Debug)]
pub(super) struct Module {
    /// Its full name.
    pub(super) name: String,
    /// Its file; none of a namespace package (PEP 420).
    pub(super) file: Option<FileId>,
    /// Where its submodules are; none where it is no package.
    pub(super) directories: Vec<PathBuf>,
}

impl Module {
    pub(super) fn is_package(&self) -> bool {
        !self.directories.is_empty()
    }

    /// The package that relative imports of this module start from.
    pub(super) fn package(&self) -> &str {
        if self.is_package() { &self.name } else { self.name.rsplit_once('.').map_or("", |(package, _)| package) }
    }
}

/// Finds modules by name.
#[derive(Debug)]
pub(super) struct Search<'a> {
    tree: &'a Tree,
    path: &'a PythonPath,
    suffixes: Vec<String>,
    known: FxHashMap<String, Option<Rc<Module>>>,
    children: FxHashMap<String, Rc<[String]>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(tree: &'a Tree, path: &'a PythonPath, version: (u32, u32), target: Target) -> Self {
        Self {
            tree,
            path,
            suffixes: suffixes(version, target),
            known: FxHashMap::default(),
            children: FxHashMap::default(),
        }
    }

    /// The module with this full name, if the package has one.
    pub(super) fn module(&mut self, name: &str) -> Option<Rc<Module>> {
        if name.len() > LONGEST_NAME {
            return None;
        }
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = self.look_up(name).map(Rc::new);
        self.known.insert(name.to_owned(), found.clone());
        found
    }

    fn look_up(&mut self, name: &str) -> Option<Module> {
        let Some((parent, stem)) = name.rsplit_once('.') else {
            if let Some(directory) = self.path.links.get(name) {
                let parent = directory.parent()?.to_owned();
                return self.find_in(&[parent], &directory.file_name()?.to_string_lossy(), name);
            }
            return self.find_in(&self.path.directories, name, name);
        };
        if stem.is_empty() {
            return None;
        }
        let parent = self.module(parent)?;
        let found = self.find_in(&parent.directories, stem, name);
        // A package may be spread over the path in the old way, which only running it would tell.
        found.or_else(|| self.find_in(&self.portions(&parent), stem, name))
    }

    /// Where further parts of a package would stand.
    fn portions(&self, package: &Module) -> Vec<PathBuf> {
        if !package.is_package() {
            return Vec::new();
        }
        let below: PathBuf = package.name.split('.').collect();
        self.path.directories.iter().map(|directory| directory.join(&below)).collect()
    }

    fn find_in(&self, directories: &[PathBuf], stem: &str, name: &str) -> Option<Module> {
        let mut namespace = Vec::new();
        for directory in directories {
            let beginning = self.tree.beginning(directory, stem);
            let package = directory.join(stem);
            let is_directory = beginning.first().is_some_and(|name| name == stem) && self.tree.is_directory(&package);
            if is_directory && let Some(file) = self.with_suffix(&package, "__init__") {
                return Some(Module { name: name.to_owned(), file: Some(file), directories: vec![package] });
            }
            if let Some(file) = self.with_suffix(directory, stem) {
                return Some(Module { name: name.to_owned(), file: Some(file), directories: Vec::new() });
            }
            if is_directory {
                namespace.push(package);
            }
        }
        (!namespace.is_empty()).then(|| Module { name: name.to_owned(), file: None, directories: namespace })
    }

    fn with_suffix(&self, directory: &Path, stem: &str) -> Option<FileId> {
        let beginning = self.tree.beginning(directory, stem);
        self.suffixes.iter().find_map(|suffix| {
            let is_it = |name: &&OsString| name.as_bytes().get(stem.len()..) == Some(suffix.as_bytes());
            self.tree.find(&directory.join(beginning.iter().find(is_it)?))
        })
    }

    /// The names of the modules inside of a package.
    pub(super) fn children(&mut self, package: &Module) -> Rc<[String]> {
        if let Some(known) = self.children.get(&package.name) {
            return Rc::clone(known);
        }
        let found: Rc<[String]> = self.names_in(&package.directories).into();
        self.children.insert(package.name.clone(), Rc::clone(&found));
        found
    }

    /// The names of the modules outside of any package.
    pub(super) fn top_level(&self) -> Vec<String> {
        let mut names = self.names_in(&self.path.directories);
        names.extend(self.path.links.keys().cloned());
        names
    }

    fn names_in(&self, directories: &[PathBuf]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for directory in directories {
            for name in self.tree.list(directory).unwrap_or_default() {
                let Some(name) = name.to_str() else { continue };
                let stem = self.suffixes.iter().find_map(|suffix| name.strip_suffix(suffix.as_str()));
                let stem = stem.or_else(|| self.tree.is_directory(&directory.join(name)).then_some(name));
                names.extend(stem.filter(|it| is_module_name(it)).map(str::to_owned));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The full name of the module that a file is, by the directory of the path that it lies in.
    pub(super) fn name_of(&self, file: &Path) -> Option<String> {
        if !self.is_module_file(file) {
            return None;
        }
        let linked = self.path.links.iter().filter_map(|(name, directory)| {
            Some((directory, format!("{name}/{}", file.strip_prefix(directory).ok()?.to_str()?)))
        });
        let below = self
            .path
            .directories
            .iter()
            .filter_map(|directory| Some((directory, file.strip_prefix(directory).ok()?.to_str()?.to_owned())));
        let (_, below) = linked.chain(below).max_by_key(|(directory, _)| directory.as_os_str().len())?;
        let stem = self.suffixes.iter().find_map(|suffix| below.strip_suffix(suffix.as_str()))?;
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        stem.split('/').all(is_module_name).then(|| stem.replace('/', "."))
    }

    /// Whether a file has the name of a module of this version and machine.
    pub(super) fn is_module_file(&self, file: &Path) -> bool {
        let path = file.as_os_str().as_bytes();
        self.suffixes.iter().any(|suffix| path.ends_with(suffix.as_bytes()))
    }
}

fn is_module_name(name: &str) -> bool {
    !name.is_empty() && name != "__pycache__" && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// The endings of module files, in the interpreter's order (`importlib.machinery.all_suffixes`).
fn suffixes((major, minor): (u32, u32), target: Target) -> Vec<String> {
    let libc = if target.libc == Libc::Musl { "musl" } else { "gnu" };
    let machine = target.machine();
    vec![
        format!(".cpython-{major}{minor}-{machine}-linux-{libc}.so"),
        format!(".abi{major}.so"),
        ".so".to_owned(),
        ".py".to_owned(),
        ".pyc".to_owned(),
    ]
}
