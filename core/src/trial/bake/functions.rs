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
    let graph: HashMap<_, Vec<_>> = modules
        .iter()
        .map(|module| (module.file.as_path(), module.finds.values().map(PathBuf::as_path).collect()))
        .collect();
    let (mut functions, mut left) = (Map::new(), Vec::new());
    for module in modules {
        let name = module.file.display().to_string();
        match function(module, &graph) {
            Ok(function) => drop(functions.insert(name, function)),
            Err(why) => left.push((name, why)),
        }
    }
    let file = out.join("functions.json");
    std::fs::write(&file, Value::Object(functions).to_string()).map_err(|error| unsound(&error.to_string()))?;
    Ok(Functions { file: Some(file), left })
}

fn function(module: &EsModule, graph: &HashMap<&Path, Vec<&Path>>) -> Result<Value, String> {
    let source = std::fs::read_to_string(&module.file).map_err(|error| error.to_string())?;
    let is_in_cycle = |file: &Path| reaches(file, &module.file, graph);
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

/// Whether a module imports another one, itself or through others.
fn reaches(from: &Path, to: &Path, graph: &HashMap<&Path, Vec<&Path>>) -> bool {
    let (mut seen, mut left) = (HashSet::from([from]), vec![from]);
    while let Some(next) = left.pop() {
        if next == to {
            return true;
        }
        left.extend(graph.get(next).into_iter().flatten().filter(|file| seen.insert(file)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_found() {
        let path = Path::new;
        let graph = HashMap::from([
            (path("/a"), vec![path("/b")]),
            (path("/b"), vec![path("/c"), path("node:fs")]),
            (path("/c"), vec![path("/b")]),
        ]);
        assert!(reaches(path("/b"), path("/b"), &graph));
        assert!(reaches(path("/c"), path("/b"), &graph));
        assert!(!reaches(path("/c"), path("/a"), &graph));
    }
}
