//! Where an interpreter of Python finds a module that stands in no package.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The order in which the interpreter looks for a module in one directory, after packages.
const SOURCES: [&str; 2] = [".py", ".pyc"];

/// A search path, each directory read once.
#[derive(Debug)]
pub(super) struct SearchPath {
    directories: Vec<PathBuf>,
    names: HashMap<PathBuf, HashSet<String>>,
    /// How this interpreter calls its extension modules: `.cpython-312`.
    extension: String,
}

impl SearchPath {
    /// The path of an interpreter of this version. A path that leads into an archive cannot be looked through, and is
    /// given back.
    pub(super) fn new(directories: Vec<PathBuf>, version: &str) -> Result<Self, PathBuf> {
        let mut names = HashMap::new();
        for directory in &directories {
            match fs::read_dir(directory) {
                Ok(entries) => {
                    let found = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
                    names.insert(directory.clone(), found.collect());
                }
                // A directory that is not there holds nothing.
                Err(_) if directory.exists() => return Err(directory.clone()),
                Err(_) => {}
            }
        }
        let release: String = version.split('.').take(2).collect();
        Ok(Self { directories, names, extension: format!(".cpython-{release}") })
    }

    /// The directories of the package of this name, or the file of the module; nothing where there is none.
    pub(super) fn places(&self, name: &str) -> Vec<PathBuf> {
        let mut portions = Vec::new();
        for directory in &self.directories {
            let Some(names) = self.names.get(directory) else { continue };
            let below = directory.join(name);
            let is_directory = names.contains(name) && below.is_dir();
            if is_directory && self.is_package(&below) {
                return vec![below];
            }
            if let Some(file) = self.module(name, |candidate| names.contains(candidate), names) {
                return vec![directory.join(file)];
            }
            if is_directory {
                // A part of a namespace package, unless a package of the name comes later.
                portions.push(below);
            }
        }
        portions
    }

    /// The directories that hold metadata of distributions.
    pub(super) fn with_metadata(&self) -> impl Iterator<Item = &Path> {
        let holds = |directory: &&PathBuf| {
            let is_metadata = |name: &String| {
                let extension = Path::new(name).extension();
                extension.is_some_and(|it| it == "dist-info" || it == "egg-info")
            };
            self.names.get(*directory).is_some_and(|names| names.iter().any(is_metadata))
        };
        self.directories.iter().filter(holds).map(PathBuf::as_path)
    }

    fn is_package(&self, directory: &Path) -> bool {
        if SOURCES.iter().any(|suffix| directory.join(format!("__init__{suffix}")).is_file()) {
            return true;
        }
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let names: HashSet<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        self.module("__init__", |_| false, &names).is_some()
    }

    fn module(&self, name: &str, has: impl Fn(&str) -> bool, names: &HashSet<String>) -> Option<String> {
        let is_extension = |file: &&String| {
            let rest = file.strip_prefix(name).and_then(|rest| rest.strip_suffix(".so"));
            rest.is_some_and(|rest| rest.is_empty() || rest == ".abi3" || self.is_own(rest))
        };
        // Several at once are rare, and any order of them would do: the same files give the same answer.
        let extension = names.iter().filter(is_extension).min().cloned();
        extension.or_else(|| SOURCES.iter().map(|suffix| format!("{name}{suffix}")).find(|file| has(file)))
    }

    /// Whether a tag is this interpreter's: `.cpython-312-x86_64-linux-gnu`, not `.cpython-31`.
    fn is_own(&self, tag: &str) -> bool {
        let rest = tag.strip_prefix(&self.extension);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with('t'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn as_the_interpreter_looks() {
        let root = tempfile::tempdir().unwrap();
        let (one, two) = (root.path().join("one"), root.path().join("two"));
        for file in [
            "one/both/__init__.py",
            "one/both.py",
            "one/space/part.py",
            "one/late/part.py",
            "one/fast.cpython-312-x86_64-linux-gnu.so",
            "one/fast.py",
            "one/other.cpython-39-x86_64-linux-gnu.so",
            "two/space/more.py",
            "two/late/__init__.py",
            "two/other.abi3.so",
            "two/fast.py",
            "two/x-1.dist-info/RECORD",
        ] {
            write(&root.path().join(file));
        }
        let missing = root.path().join("missing");
        let path = SearchPath::new(vec![missing, one.clone(), two.clone()], "3.12.1").unwrap();
        assert_eq!(path.places("both"), [one.join("both")], "a package stands before a module");
        assert_eq!(path.places("space"), [one.join("space"), two.join("space")], "a namespace has many places");
        assert_eq!(path.places("late"), [two.join("late")], "a package stands before a namespace");
        assert_eq!(path.places("fast"), [one.join("fast.cpython-312-x86_64-linux-gnu.so")]);
        assert_eq!(path.places("other"), [two.join("other.abi3.so")], "what is another interpreter's is nothing");
        assert_eq!(path.places("absent"), Vec::<PathBuf>::new());
        assert_eq!(path.with_metadata().collect::<Vec<_>>(), [two.as_path()]);
        let archive = root.path().join("a.zip");
        write(&archive);
        assert_eq!(SearchPath::new(vec![archive.clone()], "3.12.1").unwrap_err(), archive);
    }
}
