//! What every source of a package is followed in.

use super::resolver::{Resolvers, package_name};
use super::version::{Features, NEWEST};
use crate::package::{FileId, FileKind, Package, Target, Tree};
use crate::slim::trace::TraceOptions;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names that all listings of directories in one trace may come to.
const MOST_LISTED: usize = 10_000_000;

/// The package, how modules are found in it, and what it will run on.
pub(super) struct World<'p> {
    pub(super) package: &'p Package,
    pub(super) tree: Arc<Tree>,
    pub(super) resolvers: Resolvers,
    pub(super) features: Features,
    pub(super) target: Target,
    installed: FxHashSet<&'p str>,
    /// How many names may still be looked at in directories that are taken whole. What a package says of itself
    /// must not make a trace take time that grows with the square of its size.
    left: AtomicUsize,
}

impl<'p> World<'p> {
    pub(super) fn new(package: &'p Package, options: &TraceOptions) -> Self {
        let (major, minor) = package.runtime().version();
        let named = (options.version.is_some() || major.is_some(), options.version.is_some() || minor.is_some());
        let features = Features::of(options.version_of(package, NEWEST), named);
        let tree = package.shared_tree();
        Self {
            package,
            resolvers: Resolvers::new(&tree, features),
            tree,
            features,
            target: options.target,
            left: AtomicUsize::new(MOST_LISTED),
            installed: package.distributions().iter().map(|it| it.name.as_str()).collect(),
        }
    }

    /// Whether a text is the name of something installed, or of a part of it.
    pub(super) fn is_installed(&self, name: &str) -> bool {
        self.installed.contains(package_name(name))
    }

    /// Whether a path is part of the function itself.
    pub(super) fn is_own(path: &Path) -> bool {
        !path.iter().any(|part| part == "node_modules")
    }

    /// The directory of the package that a path lies in: the one below the last `node_modules`, else the
    /// function's, else that of another package of the workspace.
    pub(super) fn scope(&self, path: &Path) -> PathBuf {
        if let Some(root) = path.ancestors().skip(1).find(|directory| is_package_root(directory)) {
            return root.to_owned();
        }
        if path.starts_with(self.package.directory()) {
            return self.package.directory().to_owned();
        }
        // Another package of the same workspace: its outermost directory that has a package.json.
        let below_roots = path.ancestors().skip(1).take_while(|directory| !self.is_root(directory));
        let with_metadata = below_roots.filter(|it| self.tree.find(&it.join("package.json")).is_some()).last();
        with_metadata.or(path.parent()).unwrap_or(path).to_owned()
    }

    pub(super) fn is_root(&self, directory: &Path) -> bool {
        self.tree.roots().iter().any(|root| root.path == directory)
    }

    /// Every regular file below a directory, without what is installed below it, up to `most`; whether that is all.
    pub(super) fn below(&self, directory: &Path, most: usize) -> (Vec<FileId>, bool) {
        let mut found = Vec::new();
        let Some(top) = self.tree.real(directory) else { return (found, true) };
        let mut left = vec![top];
        while let Some(path) = left.pop() {
            if self.left.load(Ordering::Relaxed) == 0 {
                return (found, false);
            }
            if let Some(names) = self.tree.list(&path).filter(|_| self.tree.at(&path).is_none()) {
                let spent = |left: usize| Some(left.saturating_sub(names.len() + 1));
                let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent);
                let below = names.iter().rev().filter(|name| *name != "node_modules");
                left.extend(below.map(|name| path.join(name)));
            } else if let Some(file) = self.tree.at(&path) {
                if self.tree.file(file).kind != FileKind::Regular {
                    continue;
                }
                if found.len() >= most {
                    return (found, false);
                }
                found.push(file);
            }
        }
        (found, true)
    }

    /// The regular files in a directory itself.
    pub(super) fn directly_in(&self, directory: &Path) -> Vec<FileId> {
        let names = self.tree.list(directory).unwrap_or_default();
        names.iter().filter_map(|name| self.tree.find(&directory.join(name))).collect()
    }
}

/// Whether a directory is where a package was installed: `node_modules/name`, `node_modules/@scope/name`.
fn is_package_root(directory: &Path) -> bool {
    let mut above = directory.iter().rev().skip(1);
    match (above.next(), above.next()) {
        (Some(parent), _) if parent == "node_modules" => {
            !directory.file_name().is_some_and(|name| name.to_string_lossy().starts_with('@'))
        }
        (Some(parent), Some(next)) => next == "node_modules" && parent.to_string_lossy().starts_with('@'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_stand_below_node_modules() {
        assert!(is_package_root(Path::new("/x/node_modules/a")));
        assert!(is_package_root(Path::new("/x/node_modules/@s/a")));
        assert!(!is_package_root(Path::new("/x/node_modules/@s")));
        assert!(!is_package_root(Path::new("/x/node_modules/a/lib")));
        assert!(!is_package_root(Path::new("/x")));
    }
}
