//! Following one file to the files that it reaches.

use super::followed::{Depth, Followed, Import};
use super::kind::{self, SourceKind};
use super::resolver::{Resolved, is_path};
use super::scan::{self, Access, Guard, Imported, Place, Style, Text, Use, What};
use super::world::World;
use crate::package::{FileId, elf, text_of};
use crate::slim::trace::{Reason, Why};
use crate::slim::{Finding, Rule};
use std::path::{Path, PathBuf};

/// Larger sources are not parsed.
const MOST_SOURCE: u64 = 16 << 20;

/// Follows one file. `was_imported`: it is taken for a source whatever its name says.
pub(super) fn follow(world: &World<'_>, file: FileId, was_imported: bool) -> Followed {
    let path = world.tree.absolute(file);
    match kind::of(&path) {
        SourceKind::JavaScript | SourceKind::TypeScript => source(world, file, &path, true),
        SourceKind::Object => object(world, file, &path),
        SourceKind::Data if was_imported && kind::may_be_source(&path) => source(world, file, &path, false),
        SourceKind::Data => Followed::default(),
    }
}

/// A shared object: what it needs to be loaded.
fn object(world: &World<'_>, file: FileId, path: &Path) -> Followed {
    let mut followed = Followed::default();
    match elf::needed_by(&world.tree, file) {
        Ok(needed) => {
            let also = world.library_directories(path);
            for library in elf::resolve(&world.tree, path, &needed, &also) {
                followed.reached.push((library, Reason::from(Why::Needed, file, None), Depth::Runs));
            }
        }
        Err(error) => {
            let message = format!("the shared object cannot be read: {}", error.message());
            followed.findings.push(Finding::new(Rule::UnparsedSource, message).at(file, None));
        }
    }
    followed
}

/// A source: what it imports and opens. One that only may be a source is none if it does not parse.
fn source(world: &World<'_>, file: FileId, path: &Path, is_source: bool) -> Followed {
    let mut followed = Followed { is_parsed: true, ..Followed::default() };
    let unparsed = |followed: &mut Followed, why: &str| {
        if is_source {
            followed.is_unclear = true;
            followed.findings.push(Finding::new(Rule::UnparsedSource, why).at(file, None));
        }
    };
    if world.tree.file(file).size > MOST_SOURCE {
        unparsed(&mut followed, "the source is too large to be parsed");
        return followed;
    }
    let bytes = match world.tree.read(file, MOST_SOURCE) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the source cannot be read: {error}");
            followed.findings.push(Finding::new(Rule::UnreadableFile, message).at(file, None));
            return followed;
        }
    };
    let text = text_of(bytes);
    let find = |style: Style, directory: &Path, name: &str| world.resolvers.find(style, directory, name);
    let place = Place {
        file: path,
        cwd: world.package.directory(),
        target: world.target,
        is_own: World::is_own(path),
        is_installed: &|name| world.is_installed(name),
        find: &find,
    };
    let scanned = scan::scan(&place, text.strip_prefix('\u{feff}').unwrap_or(&text));
    if scanned.is_unparsed {
        unparsed(&mut followed, "the source does not parse");
    }
    let mut uses = Following { world, file, path, imported: &scanned.imported, followed };
    for it in &scanned.uses {
        uses.add(it);
    }
    uses.followed
}

struct Following<'f, 'p> {
    world: &'f World<'p>,
    file: FileId,
    path: &'f Path,
    imported: &'f [Imported],
    followed: Followed,
}

impl Following<'_, '_> {
    fn add(&mut self, it: &Use) {
        match &it.what {
            What::Module { style, from, name } => {
                let directory = from.as_deref().or(self.path.parent()).unwrap_or(Path::new("/")).to_owned();
                match name.as_known() {
                    Some(known) => self.module(it, *style, &directory, known),
                    None => self.modules(it, *style, &directory, name),
                }
            }
            What::File { path, access } => self.files(it, path, *access),
            What::Addon { locating, argument } => {
                let addons = self.world.addons_for(*locating, argument.as_ref(), self.path);
                if addons.is_empty() && it.guard == Guard::None {
                    self.find(Rule::MissingFile, it, "no addon of this platform is there".to_owned());
                }
                for addon in addons {
                    self.reach(addon, Why::Import, it, Depth::Runs);
                }
            }
            What::MaybePath(text) => self.maybe_path(it, text),
            What::Name { name, is_under_plugin_word: true } => self.followed.names.push((name.clone(), it.line)),
            What::Name { name, .. } => self.followed.weak_names.push((name.clone(), it.line)),
        }
    }

    fn reach(&mut self, file: FileId, why: Why, it: &Use, depth: Depth) {
        self.followed.reached.push((file, Reason::from(why, self.file, Some(it.line)), depth));
    }

    /// A file by a path that may lead through links, which are reached with it.
    fn reach_path(&mut self, path: &Path, why: Why, it: &Use, depth: Depth) {
        let Some(file) = self.world.tree.find(path) else { return };
        if self.world.tree.absolute(file) != path {
            for link in self.world.tree.links(path) {
                self.reach(link, why, it, Depth::Not);
            }
        }
        self.reach(file, why, it, depth);
    }

    fn find(&mut self, rule: Rule, it: &Use, message: String) {
        self.followed.findings.push(Finding::new(rule, message).at(self.file, Some(it.line)));
    }

    /// A module whose name is known.
    fn module(&mut self, it: &Use, style: Style, directory: &Path, name: &str) {
        let is_typescript = kind::of(self.path) == SourceKind::TypeScript;
        match self.world.resolvers.resolve(style, directory, name, is_typescript) {
            Resolved::Outside => {}
            Resolved::Files(files) => {
                for path in files.iter().filter(|path| self.world.may_be_loaded(path)) {
                    if self.world.is_of_another_machine(path) {
                        if it.guard == Guard::None {
                            self.find(Rule::MissingFile, it, format!("`{name}` is an addon for another platform"));
                        }
                    } else {
                        self.reach_path(path, Why::Import, it, Depth::Runs);
                        self.import(path, name, it.line);
                    }
                }
            }
            Resolved::MissingFile(_) | Resolved::MissingPackage if it.guard != Guard::None => {}
            Resolved::MissingFile(message) => self.find(Rule::MissingFile, it, message),
            Resolved::MissingPackage if self.world.is_optional(self.path, name) => {}
            Resolved::MissingPackage => self.find(Rule::MissingImport, it, format!("`{name}` is not in the package")),
        }
    }

    /// Notes that a module is imported where a source begins.
    fn import(&mut self, path: &Path, name: &str, line: u32) {
        let found = self.imported.iter().filter(|it| it.line == line && it.name == name).max_by_key(|it| it.when);
        if let (Some(found), Some(file)) = (found, self.world.tree.find(path)) {
            self.followed.imports.push(Import { file, name: name.to_owned(), line, when: found.when });
        }
    }

    /// A module whose name is known in part, or not at all.
    fn modules(&mut self, it: &Use, style: Style, directory: &Path, name: &Text) {
        if name.is_any() {
            return self.computed(it, "what is imported is computed");
        }
        let prefix = name.prefix();
        if is_path(prefix) || prefix.starts_with("./") || prefix.starts_with("../") || name.is_absolute() {
            let path = name.below(directory);
            let meant = self.world.modules_like(&path, self.path);
            if !meant.is_all || (meant.files.is_empty() && it.guard == Guard::None) {
                self.computed(it, "what is imported is computed in part, and may be more than was kept");
            }
            for file in meant.files {
                self.reach(file, Why::Dynamic, it, Depth::MayRun);
            }
            return;
        }
        if !self.packages_like(it, style, directory, name) {
            self.package_part(it, directory, name);
        }
    }

    /// `@scope/name-` and something unknown: the installed packages that may be meant.
    fn packages_like(&mut self, it: &Use, style: Style, directory: &Path, name: &Text) -> bool {
        let names = self.world.specifiers_like(name);
        let mut is_any = false;
        for name in names {
            let Resolved::Files(files) = self.world.resolvers.resolve(style, directory, &name, false) else { continue };
            for path in files.iter().filter(|path| self.world.may_be_loaded(path)) {
                is_any = true;
                self.reach_path(path, Why::Dynamic, it, Depth::MayRun);
            }
        }
        is_any
    }

    /// `pkg/locale/` and something unknown: what the package has there.
    fn package_part(&mut self, it: &Use, directory: &Path, name: &Text) {
        let package = super::resolver::package_name(name.prefix());
        let is_whole = name.prefix().len() > package.len();
        let roots = directory.ancestors().map(|it| it.join("node_modules").join(package));
        let Some(root) = roots.into_iter().find(|root| is_whole && self.world.tree.is_directory(root)) else {
            return self.computed(it, "what is imported is computed");
        };
        let real = self.world.tree.real(&root).unwrap_or(root);
        let path = name.with_start(package, &real.to_string_lossy());
        let meant = self.world.modules_like(&path, &real.join("package.json"));
        if meant.files.is_empty() || !meant.is_all {
            self.computed(it, "what is imported is computed in part, and may be more than was kept");
        }
        for file in meant.files {
            self.reach(file, Why::Dynamic, it, Depth::MayRun);
        }
    }

    /// Something that is loaded and not known: told, and what is the source's own package is kept.
    fn computed(&mut self, it: &Use, message: &str) {
        self.followed.is_computed = true;
        // To be ready for failure does not make it unimportant what is loaded when it succeeds.
        if it.guard != Guard::Types {
            self.find(Rule::DynamicImport, it, message.to_owned());
        }
    }

    /// A text of the function's own code that is a path if something is there: `express.static("public")`.
    fn maybe_path(&mut self, it: &Use, text: &str) {
        let from_source = text.starts_with('.').then(|| self.path.parent()).flatten();
        for directory in [Some(self.world.package.directory()), from_source].into_iter().flatten() {
            self.files(it, &Text::known(text).below(directory), Access::Mention);
        }
    }

    /// A path that is used as a file.
    fn files(&mut self, it: &Use, path: &Text, access: Access) {
        let meant = self.world.files_of(path, access, self.path);
        if !meant.is_all {
            self.find(
                Rule::DynamicImport,
                it,
                "a path that is computed in part may mean more files than were kept".into(),
            );
        }
        let (why, depth) = match access {
            Access::Run => (Why::Import, Depth::Runs),
            Access::Mention if meant.is_exact => (Why::Asset, Depth::MayRun),
            _ => (Why::Asset, Depth::Not),
        };
        for file in meant.files.iter().copied() {
            let is_object = kind::of(&self.world.tree.file(file).path) == SourceKind::Object;
            let depth = if is_object { depth.max(Depth::MayRun) } else { depth };
            if !is_object || self.world.fits(file) {
                self.reach(file, why, it, depth);
            }
        }
        if let Some(known) = path.as_known().filter(|_| meant.is_exact) {
            for link in self.world.tree.links(&PathBuf::from(known)) {
                self.reach(link, why, it, Depth::Not);
            }
        }
    }
}
