//! npm packages: the directories below `node_modules` that have a package.json.

use super::Distribution;
use crate::package::{FileId, FileKind, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How much of a package.json is read.
const MOST_METADATA: u64 = 4 << 20;

/// Every installed package of the tree.
pub(super) fn find(tree: &Tree) -> Vec<Distribution> {
    let mut files: BTreeMap<PathBuf, Vec<FileId>> = BTreeMap::new();
    for (id, file) in tree.iter() {
        if file.kind == FileKind::Regular
            && let Some(directory) = package_directory(&file.path)
        {
            files.entry(tree.roots()[file.root].path.join(directory)).or_default().push(id);
        }
    }
    files.into_iter().map(|(directory, files)| read(tree, directory, files)).collect()
}

/// The directory of the package that a path lies in: all up to the name after the last `node_modules`.
fn package_directory(path: &Path) -> Option<PathBuf> {
    let parts: Vec<_> = path.iter().collect();
    let last = parts.iter().rposition(|part| *part == "node_modules")?;
    let is_scoped = parts.get(last + 1)?.to_str().is_some_and(|name| name.starts_with('@'));
    let end = last + if is_scoped { 3 } else { 2 };
    // The file itself is no package: `node_modules/.package-lock.json`.
    (end < parts.len()).then(|| parts[..end].iter().collect())
}

fn read(tree: &Tree, directory: PathBuf, files: Vec<FileId>) -> Distribution {
    let text = tree.find(&directory.join("package.json")).and_then(|file| tree.read(file, MOST_METADATA).ok());
    let metadata: serde_json::Value =
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or(serde_json::Value::Null);
    let field = |name: &str| metadata[name].as_str().map(str::to_owned);
    let by_place = || {
        let names: Vec<_> = directory.iter().rev().take(2).map(|name| name.to_string_lossy()).collect();
        if names[1].starts_with('@') { format!("{}/{}", names[1], names[0]) } else { names[0].clone().into_owned() }
    };
    Distribution {
        name: field("name").unwrap_or_else(by_place),
        version: field("version").unwrap_or_default(),
        directory,
        files,
        missing: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_node_modules_counts() {
        let of = |path: &str| package_directory(Path::new(path)).map(|it| it.display().to_string());
        assert_eq!(of("node_modules/a/index.js").as_deref(), Some("node_modules/a"));
        assert_eq!(of("node_modules/@s/a/lib/x.js").as_deref(), Some("node_modules/@s/a"));
        assert_eq!(
            of("node_modules/.pnpm/b@1/node_modules/b/x.js").as_deref(),
            Some("node_modules/.pnpm/b@1/node_modules/b")
        );
        assert_eq!(of("node_modules/.package-lock.json"), None);
        assert_eq!(of("src/index.js"), None);
    }
}
