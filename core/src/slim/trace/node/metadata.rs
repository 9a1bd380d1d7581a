//! package.json: what it says of a package, and what stays with a package that is reached.

use super::resolver::package_name;
use super::world::World;
use crate::package::{FileId, Libc};
use crate::slim::trace::{Reached, Reason, Why};
use rustc_hash::FxHashSet;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How much of a package.json is read.
const MOST_METADATA: u64 = 4 << 20;
/// Where a function's package.json names the packages that it works with.
const DEPENDENCIES: &[&str] = &["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
/// Where the package.json of an installed package names those that it may load.
const RELATIONS: &[&str] = &["dependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta"];
/// How the names of licence files begin.
const LICENCES: &[&str] = &["license", "licence", "copying", "notice", "unlicense"];

impl World<'_> {
    /// What the package.json in a directory says, where there is a sound one.
    pub(super) fn metadata(&self, directory: &Path) -> Option<Value> {
        let file = self.tree.find(&directory.join("package.json"))?;
        serde_json::from_slice(&self.tree.read(file, MOST_METADATA).ok()?).ok()
    }

    /// Whether a source's package says itself that it does without the module `name`.
    pub(super) fn is_optional(&self, source: &Path, name: &str) -> bool {
        let name = package_name(name);
        let Some(metadata) = self.metadata(&self.scope(source)) else { return false };
        metadata["optionalDependencies"].get(name).is_some()
            || metadata["peerDependenciesMeta"][name]["optional"] == true
    }

    /// Whether the package of `source`, or the function itself, says that it works with the package `name`. A
    /// function that lists no dependency at all may work with anything that is installed.
    pub(super) fn declares(&self, source: &Path, name: &str) -> bool {
        let names = |metadata: &Value, fields: &[&str]| {
            fields.iter().any(|field| metadata[*field].get(package_name(name)).is_some())
        };
        let start = if World::is_own(source) { source } else { &self.package.directory().join("package.json") };
        let mut above = start.ancestors().skip(1).filter_map(|directory| self.metadata(directory));
        let by_function = above.find(has_dependencies).map(|metadata| names(&metadata, DEPENDENCIES));
        if World::is_own(source) {
            return by_function.unwrap_or(true);
        }
        // What an installed package was developed with was not installed for it.
        by_function == Some(true) || self.metadata(&self.scope(source)).is_some_and(|it| names(&it, RELATIONS))
    }

    /// The directories of the optional dependencies that the package in `directory` has.
    pub(super) fn optional_dependencies(&self, directory: &Path) -> Vec<PathBuf> {
        let Some(metadata) = self.metadata(directory) else { return Vec::new() };
        let names = metadata["optionalDependencies"].as_object().into_iter().flat_map(serde_json::Map::keys);
        let find = |name: &String| {
            let paths = directory.ancestors().map(|above| above.join("node_modules").join(name));
            paths.into_iter().find_map(|path| self.tree.real(&path))
        };
        names.filter_map(find).filter(|path| self.may_be_loaded(&path.join("package.json"))).collect()
    }

    /// Whether the package of a file is made for the machine that the function will run on (`os`, `cpu`, `libc`).
    pub(super) fn may_be_loaded(&self, path: &Path) -> bool {
        if !path.iter().any(|part| part == "node_modules") {
            return true;
        }
        let Some(metadata) = self.metadata_of_platform(path) else { return true };
        let libc = if self.target.libc == Libc::Musl { "musl" } else { "glibc" };
        allows(&metadata["os"], "linux")
            && allows(&metadata["cpu"], self.target.node_architecture())
            && allows(&metadata["libc"], libc)
    }

    /// The metadata of a file's package, where its name is one that platforms stand in.
    fn metadata_of_platform(&self, path: &Path) -> Option<Value> {
        let scope = self.scope(path);
        let name = scope.file_name()?.to_str()?;
        // Reading every package.json once more would cost more than all the rest of following an import.
        let is_of_platform = ["linux", "darwin", "win32", "android", "freebsd", "x64", "arm", "wasm32", "ia32"]
            .iter()
            .any(|part| name.contains(part));
        is_of_platform.then(|| self.metadata(&scope)).flatten()
    }

    /// Adds what describes the files that are reached: every package.json above them, and licences.
    pub(super) fn add_metadata(&self, reached: &mut Reached) {
        let files: Vec<_> = self.tree.iter().map(|(id, _)| id).filter(|id| reached.has(*id)).collect();
        let mut seen = FxHashSet::default();
        for file in files {
            let path = self.tree.absolute(file);
            let root = self.scope(&path);
            for directory in path.ancestors().skip(1) {
                if !seen.insert(directory.to_owned()) {
                    break;
                }
                self.add_described(directory, directory == root, file, reached);
                if (directory == root && !World::is_own(&path)) || self.is_root(directory) {
                    break;
                }
            }
        }
    }

    fn add_described(&self, directory: &Path, is_root: bool, file: FileId, reached: &mut Reached) {
        let reason = Reason::from(Why::Metadata, file, None);
        if let Some(metadata) = self.tree.find(&directory.join("package.json")) {
            reached.add(metadata, reason);
        }
        if is_root && !World::is_own(directory) {
            for licence in self.licences(directory) {
                reached.add(licence, reason);
            }
        }
    }

    fn licences(&self, directory: &Path) -> Vec<FileId> {
        let names = self.tree.list(directory).unwrap_or_default();
        let is_licence = |name: &str| LICENCES.iter().any(|licence| name.to_ascii_lowercase().starts_with(licence));
        let paths = names.iter().filter(|name| name.to_str().is_some_and(is_licence));
        paths.filter_map(|name| self.tree.find(&directory.join(name))).collect()
    }

    /// Where the dynamic linker may find libraries besides an object's own search path.
    pub(super) fn library_directories(&self, object: &Path) -> Vec<PathBuf> {
        let beside = object.parent().map(Path::to_owned);
        let layers = self.tree.roots().iter().skip(1).map(|root| root.path.join("lib"));
        beside.into_iter().chain([self.package.directory().join("lib")]).chain(layers).collect()
    }
}

fn has_dependencies(metadata: &Value) -> bool {
    DEPENDENCIES.iter().any(|field| metadata[*field].as_object().is_some_and(|names| !names.is_empty()))
}

/// Whether a list of npm's `os`, `cpu` or `libc` takes `value`: it names it, or only excludes others.
fn allows(list: &Value, value: &str) -> bool {
    let names: Vec<_> = match list {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::String(name) => vec![name.as_str()],
        _ => return true,
    };
    let excluded = names.iter().any(|name| name.strip_prefix('!') == Some(value));
    let only_excludes = names.iter().all(|name| name.starts_with('!'));
    !excluded && (only_excludes || names.iter().any(|name| *name == value || *name == "any"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_named_or_excluded() {
        let allows = |list: Value| allows(&list, "linux");
        assert!(allows(serde_json::json!(["darwin", "linux"])) && !allows(serde_json::json!(["darwin"])));
        assert!(allows(serde_json::json!(["!win32"])) && !allows(serde_json::json!(["!linux"])));
        assert!(allows(Value::Null) && allows(serde_json::json!([])) && allows(serde_json::json!("linux")));
    }
}
