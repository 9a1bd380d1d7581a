//! What kinds of modules a Node package has: ES modules, for which some versions of Node need a thread to look for
//! cold ones, and modules that start threads or processes, which then need to see cold files too.

use crate::package::{FileId, FileKind, Package};
use regex::bytes::Regex;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// How much of a package.json is read.
const MOST_METADATA: u64 = 4 << 20;
/// Larger sources are not searched.
const MOST_SOURCE: u64 = 16 << 20;
/// The modules of Node that start threads and processes, as sources name them.
const STARTERS: &str = r#"worker_threads|child_process|["':]cluster["']"#;

/// Whether any of `files` is a source that names a module which starts threads or processes.
pub(super) fn any_starts(package: &Package, files: impl IntoIterator<Item = FileId>) -> bool {
    let Ok(starters) = Regex::new(STARTERS) else { return true };
    // Of what is too large or cannot be read nothing is sure.
    let starts = |file: FileId| {
        package.tree().file(file).size > MOST_SOURCE
            || package.tree().read(file, MOST_SOURCE).map_or(true, |text| starters.is_match(&text))
    };
    files.into_iter().filter(|file| is_source(package, *file)).any(starts)
}

fn is_source(package: &Package, file: FileId) -> bool {
    let found = package.tree().file(file);
    let extension = found.path.extension().and_then(|extension| extension.to_str());
    found.kind == FileKind::Regular
        && matches!(extension, Some("js" | "cjs" | "mjs" | "jsx" | "ts" | "cts" | "mts" | "tsx"))
}

/// Whether any of `files` is an ES module: by its extension, else by the nearest package.json.
pub(super) fn has_any(package: &Package, files: impl IntoIterator<Item = FileId>) -> bool {
    let mut types = HashMap::new();
    files.into_iter().any(|file| is_module(package, file, &mut types))
}

fn is_module(package: &Package, file: FileId, types: &mut HashMap<PathBuf, bool>) -> bool {
    let found = package.tree().file(file);
    if found.kind != FileKind::Regular {
        return false;
    }
    match found.path.extension().and_then(|extension| extension.to_str()) {
        Some("mjs" | "mts") => true,
        Some("js" | "ts") => {
            let path = package.tree().absolute(file);
            path.parent().is_some_and(|directory| has_module_type(package, directory, types))
        }
        _ => false,
    }
}

/// Whether files of a directory are ES modules where their names do not tell.
fn has_module_type(package: &Package, directory: &Path, types: &mut HashMap<PathBuf, bool>) -> bool {
    if let Some(known) = types.get(directory) {
        return *known;
    }
    // Packages say it for themselves; nothing around `node_modules` does.
    let is_border = directory.file_name().is_some_and(|name| name == "node_modules");
    let found = package.tree().find(&directory.join("package.json")).filter(|_| !is_border);
    let is_module = match (found, directory.parent()) {
        (Some(file), _) => {
            let text = package.tree().read(file, MOST_METADATA).unwrap_or_default();
            let metadata: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
            metadata["type"] == "module"
        }
        (None, Some(parent)) if !is_border => has_module_type(package, parent, types),
        _ => false,
    };
    types.insert(directory.to_owned(), is_module);
    is_module
}
