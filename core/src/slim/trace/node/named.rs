//! Packages that are named by a text which some code may load.

use super::followed::Depth;
use super::resolver::{Resolved, package_name};
use super::scan::{Style, Text};
use super::world::World;
use crate::package::FileId;
use crate::slim::trace::Reached;
use std::path::Path;

/// More packages than this are not taken for one name.
const MOST_PACKAGES: usize = 64;

impl World<'_> {
    /// The names of modules that a partly known name may be, where the name of the package is what is not known:
    /// each installed package that fits, with what follows it.
    pub(super) fn specifiers_like(&self, name: &Text) -> Vec<String> {
        // A scope alone, or one letter, is no more than a guess.
        if name.prefix().trim_start_matches('@').len() < 2 {
            return Vec::new();
        }
        let (package, below) = name.split_package();
        if package.as_known().is_some() {
            return Vec::new();
        }
        let Some(below) = below.as_known() else { return Vec::new() };
        let names = self.package.distributions().iter().map(|it| it.name.as_str());
        let fitting = names.filter(|name| package.may_be(name)).take(MOST_PACKAGES);
        let mut all: Vec<_> = fitting.map(|name| format!("{name}{below}")).collect();
        all.dedup();
        all
    }

    /// Whether anything of the package is reached that a module's name begins with.
    pub(super) fn is_reached(&self, name: &str, reached: &Reached) -> bool {
        let package = package_name(name);
        let named = self.package.distributions().iter().filter(|it| it.name == package);
        named.flat_map(|it| &it.files).any(|file| reached.has(*file))
    }

    /// The files that both loaders find for a name, as seen from the source that names it.
    pub(super) fn named(&self, source: FileId, name: &str) -> Vec<(FileId, Depth)> {
        let path = self.tree.absolute(source);
        let directory = path.parent().unwrap_or(Path::new("/"));
        let mut found = Vec::new();
        for style in [Style::Require, Style::Import] {
            let Resolved::Files(paths) = self.resolvers.resolve(style, directory, name, false) else { continue };
            for path in paths.iter().filter(|path| self.may_be_loaded(path)) {
                found.extend(self.tree.links(path).into_iter().map(|link| (link, Depth::Not)));
                found.extend(self.tree.find(path).map(|file| (file, Depth::MayRun)));
            }
        }
        found
    }
}
