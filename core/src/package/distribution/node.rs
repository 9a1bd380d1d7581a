//! npm packages: the directories below `node_modules` that have a package.json.

use super::Distribution;
use crate::package::{FileId, FileKind, Tree};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How much of a package.json is read.
const MOST_METADATA: u64 = 4 << 20;

/// Every installed package of the tree, by directory.
pub(super) fn find(tree: &Tree) -> Vec<Distribution> {
    let mut files: FxHashMap<(usize, &[u8]), Vec<FileId>> = FxHashMap::default();
    for (id, file) in tree.iter() {
        if file.kind == FileKind::Regular
            && let Some(directory) = package_directory(&file.path)
        {
            files.entry((file.root, directory.as_os_str().as_bytes())).or_default().push(id);
        }
    }
    let absolute = |root: usize, directory: &[u8]| tree.roots()[root].path.join(OsStr::from_bytes(directory));
    let mut packages: Vec<_> =
        files.into_iter().map(|((root, directory), files)| (absolute(root, directory), files)).collect();
    packages.sort();
    packages.into_par_iter().map(|(directory, files)| read(tree, directory, files)).collect()
}

/// The directory of the package that a path lies in: all up to the name after the last `node_modules`.
fn package_directory(path: &Path) -> Option<&Path> {
    let bytes = path.as_os_str().as_bytes();
    let (mut at, mut start) = (0, None);
    for part in bytes.split(|byte| *byte == b'/') {
        at += part.len() + 1;
        if part == b"node_modules" {
            start = Some(at);
        }
    }
    let rest = bytes.get(start?..)?;
    let mut slashes = rest.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    // The file itself is no package: `node_modules/.package-lock.json`.
    let length = if rest.starts_with(b"@") { slashes.nth(1)? } else { slashes.next()? };
    Some(Path::new(OsStr::from_bytes(&bytes[..start? + length])))
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
