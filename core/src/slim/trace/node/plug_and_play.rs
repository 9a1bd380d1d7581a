//! Packages that Yarn installed without `node_modules`: <https://yarnpkg.com/features/pnp>.
//!
//! They lie in archives, from which a loader that Yarn writes takes them while the function runs. Nothing here looks
//! into these archives, so that no import can be told to be missing, and no file to be of no use.

use crate::package::{FileId, Package};
use crate::slim::trace::{Reached, Reason, Why};
use crate::slim::{Finding, Rule};
use std::path::PathBuf;

/// The names that Yarn gives its loader.
const LOADERS: &[&str] = &[".pnp.cjs", ".pnp.js"];

/// Where Yarn's loader for a function is.
#[derive(Debug)]
enum Loader {
    Within(FileId),
    /// In a directory around the package: its archives are there too, and are no part of the package.
    Around(PathBuf),
}

/// Where packages are missing and Yarn's loader would find them: keeps everything, and says so once.
pub(super) fn check(package: &Package, entry: FileId, reached: &mut Reached) {
    if reached.has_found(Rule::MissingImport)
        && let Some(loader) = loader(package)
    {
        reached.forget(Rule::MissingImport);
        keep_all(package, entry, &loader, reached);
    }
}

/// Yarn's loader for this function: the one nearest above it, unless there are `node_modules` no further away, from
/// which Node finds packages without it.
fn loader(package: &Package) -> Option<Loader> {
    let tree = package.tree();
    for directory in package.directory().ancestors() {
        let modules = directory.join("node_modules");
        if tree.is_directory(&modules) || modules.is_dir() {
            return None;
        }
        for path in LOADERS.iter().map(|name| directory.join(name)) {
            match tree.find(&path) {
                Some(found) => return Some(Loader::Within(found)),
                None if path.is_file() => return Some(Loader::Around(path)),
                None => {}
            }
        }
    }
    None
}

fn keep_all(package: &Package, entry: FileId, loader: &Loader, reached: &mut Reached) {
    let (file, message) = match loader {
        Loader::Within(file) => {
            (*file, "packages lie in Yarn's archives, which are not looked into; everything is kept".to_owned())
        }
        Loader::Around(path) => {
            let path = path.display();
            (entry, format!("packages lie in Yarn's archives outside of this one, beside {path}; everything is kept"))
        }
    };
    if file != entry {
        reached.add(file, Reason::from(Why::Import, entry, None));
    }
    for (other, _) in package.tree().iter().filter(|(other, _)| *other != file) {
        reached.add(other, Reason::from(Why::Unclear, file, None));
    }
    reached.find(Finding::new(Rule::PlugAndPlay, message).at(file, None));
}
