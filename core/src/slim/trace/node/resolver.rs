//! From the name of a module to its file, as Node goes.

use super::filesystem::TreeFiles;
use super::scan::{Style, decode, path_of_url};
use super::version::{Choice, Features};
use crate::package::{RootRole, Tree};
use oxc_resolver::{ResolveError, ResolveOptions, ResolverGeneric};
use std::path::{Path, PathBuf};
use std::sync::Arc;

type TreeResolver = ResolverGeneric<TreeFiles>;

/// What became of a module's name.
#[derive(Debug)]
pub(super) enum Resolved {
    /// The files it may mean, links not followed; one, but for versions that may choose differently.
    Files(Vec<PathBuf>),
    /// Something that is not in packages: a built-in module, a `data:` URL.
    Outside,
    /// There is such a package, or the name is a path, and the file is missing.
    MissingFile(String),
    /// There is no such package.
    MissingPackage,
}

/// Both of Node's loaders, over a tree.
pub(super) struct Resolvers {
    tree: Arc<Tree>,
    import: Loaders,
    require: Loaders,
    /// For TypeScript, which names what it will have been compiled to.
    typescript: TreeResolver,
}

struct Loaders {
    main: TreeResolver,
    /// The same with the other choice of conditions, where it is not certain which one holds.
    other: Option<TreeResolver>,
}

impl Resolvers {
    pub(super) fn new(tree: &Arc<Tree>, features: Features) -> Self {
        let base =
            TreeResolver::new_with_file_system(TreeFiles(tree.clone()), options(tree, features, Style::Require, true));
        let loaders = |style| Loaders {
            main: base.clone_with_options(options(tree, features, style, features.module_sync != Choice::Never)),
            other: (features.module_sync == Choice::Either)
                .then(|| base.clone_with_options(options(tree, features, style, false))),
        };
        let (import, require) = (loaders(Style::Import), loaders(Style::Require));
        let typescript = base.clone_with_options(typescript_options(tree, features));
        Self { tree: tree.clone(), import, require, typescript }
    }

    /// The files that `name` means to the source `from`, a file or a directory, as seen from `directory`.
    pub(super) fn resolve(&self, style: Style, directory: &Path, name: &str, is_typescript: bool) -> Resolved {
        let loaders = if style == Style::Import { &self.import } else { &self.require };
        let Some(name) = plain_name(style, name) else { return Resolved::Outside };
        let main = loaders.main.resolve(directory, &name);
        let mut files = Vec::new();
        let failure = match main {
            Ok(found) => {
                files.push(found.into_path_buf());
                None
            }
            Err(ResolveError::Builtin { .. }) => return Resolved::Outside,
            Err(error) => Some(error),
        };
        // Paths do not depend on conditions.
        if let Some(other) = loaders.other.as_ref().filter(|_| !is_path(&name))
            && let Ok(found) = other.resolve(directory, &name)
            && !files.iter().any(|file| file == found.path())
        {
            files.push(found.into_path_buf());
        }
        if files.is_empty() && is_typescript {
            files.extend(self.typescript.resolve(directory, &name).ok().map(oxc_resolver::Resolution::into_path_buf));
        }
        match failure {
            Some(error) if files.is_empty() => self.missing(directory, &name, &error),
            _ => Resolved::Files(files),
        }
    }

    /// The one file that `name` most likely means.
    pub(super) fn find(&self, style: Style, directory: &Path, name: &str) -> Option<PathBuf> {
        match self.resolve(style, directory, name, false) {
            Resolved::Files(files) => files.into_iter().next(),
            _ => None,
        }
    }

    fn missing(&self, directory: &Path, name: &str, error: &ResolveError) -> Resolved {
        if is_path(name) {
            return Resolved::MissingFile(format!("`{name}` leads to no file"));
        }
        match error {
            ResolveError::PackagePathNotExported { .. } => {
                return Resolved::MissingFile(format!("`{name}` is not exported by its package"));
            }
            ResolveError::Json(error) => {
                return Resolved::MissingFile(format!("{} does not parse", error.path.display()));
            }
            _ => {}
        }
        let package = package_name(name);
        let is_there = directory.ancestors().any(|it| self.tree.is_directory(&it.join("node_modules").join(package)));
        if is_there || name.starts_with('#') {
            Resolved::MissingFile(format!("the file that `{name}` leads to is missing"))
        } else {
            Resolved::MissingPackage
        }
    }
}

/// The name as the resolver takes it; nothing where it leads out of packages.
fn plain_name(style: Style, name: &str) -> Option<String> {
    if style == Style::Require {
        return Some(name.to_owned()).filter(|name| !name.is_empty() && !name.contains('\0'));
    }
    if name.starts_with("file:") {
        return path_of_url(name);
    }
    let scheme = name.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| *scheme != "node");
    if scheme.is_some_and(|scheme| scheme.chars().all(char::is_alphanumeric)) || name.is_empty() {
        return None;
    }
    Some(if is_path(name) { decode(name) } else { name.to_owned() })
}

/// Whether a name is a path, not that of a package.
pub(super) fn is_path(name: &str) -> bool {
    name.starts_with('/') || name == "." || name == ".." || name.starts_with("./") || name.starts_with("../")
}

/// The package that a module's name begins with: `@scope/name` of `@scope/name/sub/path`.
pub(super) fn package_name(name: &str) -> &str {
    let parts = if name.starts_with('@') { 2 } else { 1 };
    let end = name.match_indices('/').nth(parts - 1).map_or(name.len(), |(at, _)| at);
    &name[..end]
}

fn options(tree: &Tree, features: Features, style: Style, module_sync: bool) -> ResolveOptions {
    let own = if style == Style::Import { "import" } else { "require" };
    let conditions = ["node", own, "default", "node-addons"].into_iter().chain(module_sync.then_some("module-sync"));
    let mut extensions = vec![".js", ".json", ".node"];
    if features.strips_types {
        extensions.extend([".ts", ".cts", ".mts"]);
    }
    let mut modules = vec!["node_modules".to_owned()];
    if style == Style::Require {
        modules.extend(layer_modules(tree, features));
    }
    ResolveOptions {
        condition_names: conditions.map(str::to_owned).collect(),
        extensions: extensions.into_iter().map(str::to_owned).collect(),
        fully_specified: style == Style::Import,
        modules,
        symlinks: false,
        node_path: false,
        builtin_modules: true,
        ..ResolveOptions::default()
    }
}

fn typescript_options(tree: &Tree, features: Features) -> ResolveOptions {
    let alias = |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|it| (*it).to_owned()).collect());
    let mut options = options(tree, features, Style::Require, features.module_sync != Choice::Never);
    options.condition_names.push("import".to_owned());
    options.extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".json", ".node"].map(str::to_owned).to_vec();
    options.extension_alias = vec![
        alias(".js", &[".js", ".ts", ".tsx"]),
        alias(".mjs", &[".mjs", ".mts"]),
        alias(".cjs", &[".cjs", ".cts"]),
        alias(".jsx", &[".jsx", ".tsx"]),
    ];
    options
}

/// Where the platform's search path leads in layers: `/opt/nodejs/node_modules` and its like.
fn layer_modules(tree: &Tree, features: Features) -> Vec<String> {
    let layers = tree.roots().iter().filter(|root| root.role == RootRole::Layer);
    let below = |root: &Path| {
        let of_version = format!("nodejs/node{}/node_modules", features.major);
        ["nodejs/node_modules", &of_version, "node_modules"].map(|name| root.join(name)).to_vec()
    };
    layers.flat_map(|root| below(&root.path)).map(|path| path.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_packages_or_paths() {
        assert_eq!(package_name("a/b/c"), "a");
        assert_eq!(package_name("@s/a/b"), "@s/a");
        assert_eq!(package_name("@s"), "@s");
        assert!(is_path("./a") && is_path("..") && !is_path(".a") && !is_path("a/./b"));
        assert_eq!(plain_name(Style::Import, "https://x/y.js"), None);
        assert_eq!(plain_name(Style::Import, "file:///a%20b.js").as_deref(), Some("/a b.js"));
        assert_eq!(plain_name(Style::Import, "node:fs").as_deref(), Some("node:fs"));
    }
}
