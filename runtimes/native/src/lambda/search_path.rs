//! Where layers have modules, for platforms that bring no interpreter and hence do not say so themselves.
//!
//! The directories are those of "Layer paths for each Lambda runtime", AWS Lambda developer guide.

use super::program::Program;
use headstart::package::Language;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const LAYERS: &str = "/opt";

/// Adds the directories that are there to what the interpreter searches.
pub(super) fn add_layers(environment: &mut BTreeMap<String, String>, program: &Program) {
    add(environment, program, Path::new(LAYERS));
}

fn add(environment: &mut BTreeMap<String, String>, program: &Program, layers: &Path) {
    let (name, directories) = match program.language {
        Language::Python => ("PYTHONPATH", of_python(&program.interpreter, layers)),
        _ => ("NODE_PATH", vec![layers.join("nodejs/node_modules")]),
    };
    let value = environment.get(name).cloned().unwrap_or_default();
    let known: Vec<&str> = value.split(':').filter(|it| !it.is_empty()).collect();
    let new: Vec<String> = directories.iter().filter(|it| it.is_dir()).map(|it| it.display().to_string()).collect();
    let new = new.iter().map(String::as_str).filter(|it| !known.contains(it));
    let all: Vec<&str> = known.iter().copied().chain(new).collect();
    if all.len() > known.len() {
        environment.insert(name.to_owned(), all.join(":"));
    }
}

/// With the version that the program's own name, or that of what it links to, has.
fn of_python(program: &Path, layers: &Path) -> Vec<PathBuf> {
    let real = program.canonicalize().unwrap_or_default();
    let name = [program, &real].into_iter().filter_map(|it| it.file_name()?.to_str()).find(|it| it.contains('.'));
    let versioned = name.map(|name| layers.join("python/lib").join(name).join("site-packages"));
    versioned.into_iter().chain([layers.join("python")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_layers_are_added_once() {
        let layers = tempfile::tempdir().unwrap();
        let packages = layers.path().join("python/lib/python3.12/site-packages");
        std::fs::create_dir_all(&packages).unwrap();
        let program =
            Program { language: Language::Python, interpreter: "/x/python3.12".into(), arguments: Vec::new() };
        let mut environment = BTreeMap::from([("PYTHONPATH".to_owned(), "/mine".to_owned())]);
        let expected = format!("/mine:{}:{}", packages.display(), layers.path().join("python").display());
        for _ in 0..2 {
            add(&mut environment, &program, layers.path());
            assert_eq!(environment["PYTHONPATH"], expected);
        }
        let node = Program { language: Language::Node, ..program };
        add(&mut environment, &node, layers.path());
        assert!(!environment.contains_key("NODE_PATH"));
    }
}
