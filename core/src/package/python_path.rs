//! Where an interpreter looks for the modules of a package.

use super::tree::{RootRole, Tree};
use crate::error::Result;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How much of a `.pth` file or an editable install's finder is read.
const MOST_TEXT: u64 = 1 << 20;
/// How many directories a search path has at most: each is asked for each module.
const MOST_DIRECTORIES: usize = 512;
/// What virtual environments inside of a package are called.
const ENVIRONMENTS: &[&str] = &[".venv", "venv", "env"];

/// The search path of a Python function, as far as it leads into its package.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct PythonPath {
    /// The directories, first come first served, absolute.
    pub directories: Vec<PathBuf>,
    /// Modules that an editable install has elsewhere: name and place.
    pub links: BTreeMap<String, PathBuf>,
    /// Modules that `.pth` files import when the interpreter starts.
    pub imports: Vec<String>,
    /// Where archives were unpacked: nothing in them can mean what is elsewhere on this machine.
    closed: Vec<PathBuf>,
}

impl PythonPath {
    /// The path of the package at `directory`; `extra` are the directories of `PYTHONPATH`. Adds to the tree
    /// what the path leads to outside of it, except from the directories `closed`.
    pub(super) fn find(tree: &mut Tree, directory: &Path, extra: &[PathBuf], closed: Vec<PathBuf>) -> Result<Self> {
        let mut path = Self { closed, ..Self::default() };
        path.push(tree, directory.to_owned());
        for directory in extra {
            path.push(tree, directory.clone());
        }
        let layers: Vec<_> = tree.roots().iter().filter(|root| root.role == RootRole::Layer).cloned().collect();
        for layer in layers {
            path.push(tree, layer.path.join("python"));
            path.add_environment(tree, &layer.path.join("python"))?;
        }
        for name in ENVIRONMENTS {
            if tree.at(&directory.join(name).join("pyvenv.cfg")).is_some() {
                path.add_environment(tree, &directory.join(name))?;
            }
        }
        if tree.at(&directory.join("pyvenv.cfg")).is_some() {
            path.add_environment(tree, directory)?;
        }
        Ok(path)
    }

    fn push(&mut self, tree: &Tree, directory: PathBuf) {
        let has_room = self.directories.len() < MOST_DIRECTORIES;
        if has_room && tree.is_directory(&directory) && !self.directories.contains(&directory) {
            self.directories.push(directory);
        }
    }

    /// The `site-packages` of an environment, with what their `.pth` files say.
    fn add_environment(&mut self, tree: &mut Tree, environment: &Path) -> Result<()> {
        let library = environment.join("lib");
        let versions: Vec<_> = tree.list(&library).unwrap_or_default().to_vec();
        for version in versions.iter().filter(|name| name.to_string_lossy().starts_with("python3")) {
            let site = library.join(version).join("site-packages");
            self.push(tree, site.clone());
            self.add_site(tree, &site)?;
        }
        Ok(())
    }

    fn add_site(&mut self, tree: &mut Tree, site: &Path) -> Result<()> {
        let names: Vec<_> = tree.list(site).unwrap_or_default().to_vec();
        for name in names.iter().filter_map(|name| name.to_str()) {
            if Path::new(name).extension().is_none_or(|it| it != "pth") {
                continue;
            }
            let Some(text) = text(tree, &site.join(name)) else { continue };
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
                match line.strip_prefix("import ").or_else(|| line.strip_prefix("import\t")) {
                    Some(code) => self.add_code(tree, site, code)?,
                    None => self.add_directory(tree, site, &site.join(line))?,
                }
            }
        }
        Ok(())
    }

    /// Whether what stands in `site` may name a directory outside of the package.
    fn may_lead_out(&self, site: &Path) -> bool {
        !self.closed.iter().any(|closed| site.starts_with(closed))
    }

    fn add_directory(&mut self, tree: &mut Tree, site: &Path, directory: &Path) -> Result<()> {
        if !tree.is_directory(directory) && self.may_lead_out(site) && directory.is_dir() {
            tree.add_root(directory, RootRole::Linked)?;
        }
        let real = tree.real(directory).or_else(|| directory.canonicalize().ok());
        if let Some(directory) = real {
            self.push(tree, directory);
        }
        Ok(())
    }

    /// A line of a `.pth` that runs: the modules that it imports, and the table of an editable install.
    fn add_code(&mut self, tree: &mut Tree, site: &Path, code: &str) -> Result<()> {
        let statement = code.split(';').next().unwrap_or(code);
        for module in statement.split(',').map(|name| name.split_whitespace().next().unwrap_or_default()) {
            self.imports.push(module.to_owned());
            let finder = text(tree, &site.join(format!("{module}.py"))).unwrap_or_default();
            for (name, place) in mapping(&finder) {
                if !self.may_lead_out(site) {
                    continue;
                }
                if place.is_dir() && !tree.is_directory(&place) {
                    tree.add_root(&place, RootRole::Linked)?;
                }
                self.links.insert(name, place.canonicalize().unwrap_or(place));
            }
        }
        Ok(())
    }
}

fn text(tree: &Tree, path: &Path) -> Option<String> {
    let bytes = tree.read(tree.find(path)?, MOST_TEXT).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The table of an editable install's finder: `MAPPING: dict[str, str] = {'pkg': '/src/pkg'}`.
fn mapping(finder: &str) -> Vec<(String, PathBuf)> {
    let Some(line) = finder.lines().find(|line| line.starts_with("MAPPING")) else { return Vec::new() };
    let Some((_, table)) = line.split_once('{') else { return Vec::new() };
    let words: Vec<&str> = table.split(['\'', '"']).skip(1).step_by(2).collect();
    words.chunks_exact(2).map(|pair| (pair[0].to_owned(), PathBuf::from(pair[1]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn environments_with_pth_files_and_editable_installs() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (inside, outside) = (inside.path().canonicalize().unwrap(), outside.path().canonicalize().unwrap());
        let site = inside.join(".venv/lib/python3.12/site-packages");
        write(&inside.join(".venv/pyvenv.cfg"), "");
        write(
            &site.join("a.pth"),
            &format!("# a comment\nextra\n{}\nimport __editable___x_finder; go()\n", outside.join("src").display()),
        );
        write(&site.join("extra/one.py"), "");
        write(&outside.join("src/two.py"), "");
        write(&outside.join("x/__init__.py"), "");
        let finder = format!("MAPPING: dict[str, str] = {{'x': '{}'}}\n", outside.join("x").display());
        write(&site.join("__editable___x_finder.py"), &finder);
        let mut tree = Tree::default();
        tree.add_root(&inside, RootRole::Code).unwrap();
        let path = PythonPath::find(&mut tree, &inside, &[], Vec::new()).unwrap();
        assert_eq!(path.directories, [inside.clone(), site.clone(), site.join("extra"), outside.join("src")]);
        assert_eq!(path.links["x"], outside.join("x"));
        assert_eq!(path.imports, ["__editable___x_finder"]);
        assert!(tree.find(&outside.join("x/__init__.py")).is_some());

        let mut tree = Tree::default();
        tree.add_root(&inside, RootRole::Code).unwrap();
        let path = PythonPath::find(&mut tree, &inside, &[], vec![inside.clone()]).unwrap();
        assert_eq!(path.directories, [inside.clone(), site.clone(), site.join("extra")]);
        assert_eq!((path.links.len(), tree.roots().len()), (0, 1), "an archive's files name nothing outside of it");
    }
}
