//! What the scripts of a trial write down: a letter, a path, a zero byte, over and over.

use crate::package::{bytecode, elf};
use crate::slim::Observation;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Files and directories that were seen, by what they are.
#[derive(Debug, Default)]
pub(super) struct Seen {
    modules: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
    shared_objects: BTreeSet<PathBuf>,
    directories: BTreeSet<PathBuf>,
    /// Sources that were opened by whomever.
    opened: BTreeSet<PathBuf>,
    /// Sources that the import system opened.
    compiled: BTreeSet<PathBuf>,
    /// Sources that something else opened.
    read: BTreeSet<PathBuf>,
}

impl Seen {
    /// Takes in what a script wrote down. An entry that a killed process left unfinished is passed over, and so
    /// is what is not there: scripts note what is tried.
    pub(super) fn add_record(&mut self, record: &[u8]) {
        let whole = record.iter().rposition(|byte| *byte == 0).map_or(&[][..], |end| &record[..end]);
        for entry in whole.split(|byte| *byte == 0) {
            let Some((kind, path)) = entry.split_first() else { continue };
            let path = tidy(Path::new(OsStr::from_bytes(path)));
            match kind {
                b'd' if path.is_dir() => drop(self.directories.insert(path)),
                b's' if path.is_file() => drop(self.shared_objects.insert(path)),
                b'm' if path.is_file() => self.add_module(path),
                b'c' => {
                    self.compiled.insert(path.clone());
                    self.add_file(path);
                }
                b'f' => {
                    if is_source(&path) && path.is_file() {
                        self.read.insert(path.clone());
                    }
                    self.add_file(path);
                }
                _ => {}
            }
        }
    }

    /// Takes in files that were opened.
    pub(super) fn add_files(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        for path in paths {
            self.add_file(path);
        }
    }

    /// A module of Node, with what says of which type it is and how its package is entered: Node reads that by
    /// itself.
    fn add_module(&mut self, path: PathBuf) {
        let around = path.ancestors().skip(1).take_while(|directory| !directory.ends_with("node_modules"));
        let manifests = around.map(|directory| directory.join("package.json"));
        self.files.extend(manifests.filter(|manifest| manifest.is_file()));
        self.modules.insert(path);
    }

    fn add_file(&mut self, path: PathBuf) {
        // Bytecode is read instead of its source, which has to be there.
        if let Some(source) = bytecode::source_of(&path).filter(|source| source.is_file()) {
            self.modules.insert(source);
        }
        if !path.is_file() {
            return;
        }
        if is_source(&path) {
            self.opened.insert(path.clone());
        }
        let of_kind = match path.extension().and_then(OsStr::to_str) {
            Some("py" | "pyc") => &mut self.modules,
            _ if elf::is_named_as_object(&path) => &mut self.shared_objects,
            _ => &mut self.files,
        };
        of_kind.insert(path);
    }

    /// The observation: nothing stands in two lists.
    pub(super) fn finish(mut self) -> Observation {
        self.files.retain(|path| !self.modules.contains(path) && !self.shared_objects.contains(path));
        self.modules.retain(|path| !self.shared_objects.contains(path));
        // What no script saw being imported was opened by a library or by another program.
        self.read.extend(self.opened.into_iter().filter(|path| !self.compiled.contains(path)));
        Observation {
            sources: self.read.into_iter().collect(),
            modules: self.modules.into_iter().collect(),
            files: self.files.into_iter().collect(),
            shared_objects: self.shared_objects.into_iter().collect(),
            directories: self.directories.into_iter().collect(),
        }
    }
}

/// Whether a file is a Python source.
fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "py")
}

/// The path without `.` and `..`, where no link stands before them.
fn tidy(path: &Path) -> PathBuf {
    let is_plain = !path.components().any(|part| part == std::path::Component::ParentDir);
    // Iterating leaves `.` out.
    if is_plain { path.components().collect() } else { path.canonicalize().unwrap_or_else(|_| path.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_becomes_an_observation() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir(at("__pycache__")).unwrap();
        let sources = ["a.py", "c.py", "d.py", "e.py"];
        let others = ["__pycache__/a.cpython-312.pyc", "data.csv", "lib.so.1", "b.js", "package.json"];
        for name in sources.iter().chain(&others) {
            std::fs::write(at(name), "").unwrap();
        }
        let entries = [
            ("f", "__pycache__/a.cpython-312.pyc"),
            ("f", "./data.csv"),
            ("f", "__pycache__/../data.csv"),
            ("f", "not_there"),
            ("d", "__pycache__"),
            ("s", "lib.so.1"),
            ("f", "lib.so.1"),
            ("m", "b.js"),
            ("f", "b.js"),
            ("c", "c.py"),
            ("c", "d.py"),
            ("f", "d.py"),
        ];
        let mut record: Vec<u8> = Vec::new();
        for (kind, name) in entries {
            record.extend(format!("{kind}{}\0", at(name).display()).bytes());
        }
        record.extend(format!("f{}", at("a.py").display()).bytes());
        let mut seen = Seen::default();
        seen.add_record(&record);
        seen.add_files(["c.py", "e.py"].map(at));
        let observation = seen.finish();
        let modules = ["__pycache__/a.cpython-312.pyc", "a.py", "b.js", "c.py", "d.py", "e.py"];
        assert_eq!(observation.modules, modules.map(at));
        assert_eq!(observation.sources, ["d.py", "e.py"].map(at), "a is had from bytecode, c is only imported");
        assert_eq!(observation.files, [at("data.csv").canonicalize().unwrap(), at("package.json")]);
        assert_eq!(observation.shared_objects, [at("lib.so.1")]);
        assert_eq!(observation.directories, [at("__pycache__")]);
    }
}
