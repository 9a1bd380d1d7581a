//! ES modules as functions, for snapshots: a builder of snapshots has no loader for modules.

use super::node::EsModule;
use super::report::unsound;
use crate::error::Result;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What modules have been turned into.
#[derive(Debug, Default)]
pub(super) struct Functions {
    /// A file that has it, where there are modules.
    pub(super) file: Option<PathBuf>,
    /// The files of modules that cannot be functions, and why.
    pub(super) left: Vec<(String, String)>,
}

/// Turns modules into functions, which are written into a file in `out`.
pub(super) fn of(modules: &[EsModule], out: &Path) -> Result<Functions> {
    if modules.is_empty() {
        return Ok(Functions::default());
    }
    let importers = importers(modules);
    let (mut functions, mut left) = (Map::new(), Vec::new());
    for module in modules {
        let name = module.file.display().to_string();
        match function(module, &importers) {
            Ok(function) => drop(functions.insert(name, function)),
            Err(why) => left.push((name, why)),
        }
    }
    let file = out.join("functions.json");
    std::fs::write(&file, Value::Object(functions).to_string()).map_err(|error| unsound(&error.to_string()))?;
    Ok(Functions { file: Some(file), left })
}

/// By file, the modules that import it.
fn importers(modules: &[EsModule]) -> HashMap<&Path, Vec<&Path>> {
    let mut found: HashMap<&Path, Vec<&Path>> = HashMap::new();
    for module in modules {
        for file in module.finds.values() {
            found.entry(file).or_default().push(&module.file);
        }
    }
    found
}

fn function(module: &EsModule, importers: &HashMap<&Path, Vec<&Path>>) -> Result<Value, String> {
    let source = std::fs::read_to_string(&module.file).map_err(|error| error.to_string())?;
    let reaching = reaching(&module.file, importers);
    let is_in_cycle = |file: &Path| reaching.contains(file);
    let lazy: HashSet<_> =
        module.finds.iter().filter(|(_, file)| is_in_cycle(file)).map(|(specifier, _)| specifier.clone()).collect();
    converted(&source, &module.file, &lazy)
}

#[cfg(feature = "node-analyzer")]
fn converted(source: &str, file: &Path, lazy: &HashSet<String>) -> Result<Value, String> {
    let converted = super::convert::convert(source, file, lazy)?;
    serde_json::to_value(converted).map_err(|error| error.to_string())
}

#[cfg(not(feature = "node-analyzer"))]
fn converted(_source: &str, _file: &Path, _lazy: &HashSet<String>) -> Result<Value, String> {
    Err("this build does not read JavaScript: it lacks the feature node-analyzer".into())
}

/// The module itself and those that import it, directly or through others.
fn reaching<'a>(to: &'a Path, importers: &HashMap<&'a Path, Vec<&'a Path>>) -> HashSet<&'a Path> {
    let (mut seen, mut left) = (HashSet::from([to]), vec![to]);
    while let Some(next) = left.pop() {
        left.extend(importers.get(next).into_iter().flatten().filter(|file| seen.insert(file)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_found() {
        let module = |file: &str, finds: &[&str]| EsModule {
            file: file.into(),
            finds: finds.iter().map(|it| ((*it).to_owned(), it.into())).collect(),
        };
        let modules = [module("/a", &["/b"]), module("/b", &["/c", "node:fs"]), module("/c", &["/b"])];
        let importers = importers(&modules);
        let reaches = |from: &str, to: &'static str| reaching(Path::new(to), &importers).contains(Path::new(from));
        assert!(reaches("/b", "/b"));
        assert!(reaches("/c", "/b"));
        assert!(!reaches("/c", "/a"));
    }
}
