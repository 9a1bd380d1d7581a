//! Packages that are named by a text which some code may load.

use super::followed::Depth;
use super::resolver::{Resolved, package_name};
use super::scan::Style;
use super::world::World;
use crate::package::FileId;
use crate::slim::trace::Reached;
use std::path::Path;

impl World<'_> {
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
