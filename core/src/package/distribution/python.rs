//! Python distributions: what `*.dist-info/RECORD` lists, and what lies beside it.

use super::Distribution;
use crate::package::{FileId, FileKind, Tree, text_of};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

/// How much of a RECORD is read.
const MOST_RECORD: u64 = 64 << 20;

/// Every installed distribution of the tree.
pub(super) fn find(tree: &Tree) -> Vec<Distribution> {
    let mut found: Vec<_> = info_directories(tree).into_par_iter().map(|directory| read(tree, directory)).collect();
    add_unlisted(tree, &mut found);
    found
}

fn info_directories(tree: &Tree) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for file in tree.files() {
        let Some(directory) = file.path.parent() else { continue };
        if directory.extension().is_some_and(|it| it == "dist-info" || it == "egg-info") {
            let directory = tree.roots()[file.root].path.join(directory);
            if found.last() != Some(&directory) {
                found.push(directory);
            }
        }
    }
    found.dedup();
    found
}

fn read(tree: &Tree, directory: PathBuf) -> Distribution {
    let text = |name: &str| {
        let file = tree.find(&directory.join(name))?;
        Some(text_of(tree.read(file, MOST_RECORD).ok()?))
    };
    let metadata = text("METADATA").or_else(|| text("PKG-INFO")).unwrap_or_default();
    let header = |name: &str| {
        let lines = metadata.lines().take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(|it| it.trim().to_owned()).next()
    };
    let stem = directory.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (name, version) = stem.rsplit_once('-').unwrap_or((&stem, ""));
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for path in text("RECORD").iter().flat_map(|record| recorded(record)) {
        match resolve(&directory, &path).and_then(|path| tree.at(&path)) {
            Some(file) => files.push(file),
            None => missing.push(PathBuf::from(path)),
        }
    }
    files.extend(tree.below(&directory));
    files.sort_unstable();
    files.dedup();
    Distribution {
        name: header("Name").unwrap_or_else(|| name.to_owned()),
        version: header("Version").unwrap_or_else(|| version.to_owned()),
        directory,
        files,
        missing,
    }
}

/// The paths of a RECORD: the first field of each line, which may be quoted.
fn recorded(record: &str) -> impl Iterator<Item = String> + '_ {
    record.lines().filter_map(|line| {
        if let Some(quoted) = line.strip_prefix('"') {
            let end = quoted.find("\",").or_else(|| quoted.rfind('"'))?;
            return Some(quoted[..end].replace("\"\"", "\""));
        }
        line.split(',').next().filter(|path| !path.is_empty()).map(str::to_owned)
    })
}

/// A path of a RECORD is relative to the directory that the `.dist-info` stands in.
fn resolve(info: &Path, path: &str) -> Option<PathBuf> {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    if path.split('/').all(is_plain) {
        return Some(info.parent()?.join(path));
    }
    let mut resolved = info.parent()?.to_owned();
    for part in Path::new(path).components() {
        match part {
            std::path::Component::ParentDir => {
                resolved.pop();
            }
            std::path::Component::CurDir => {}
            other => resolved.push(other),
        }
    }
    Some(resolved)
}

/// Gives files that no RECORD lists, compiled bytecode above all, to the distribution whose files are around
/// them, where that is one alone.
fn add_unlisted(tree: &Tree, distributions: &mut [Distribution]) {
    let mut owned: FxHashMap<FileId, usize> = FxHashMap::default();
    let mut around: FxHashMap<PathBuf, Option<usize>> = FxHashMap::default();
    for (number, distribution) in distributions.iter().enumerate() {
        let mut last = None;
        for file in &distribution.files {
            owned.entry(*file).or_insert(number);
            // Files of one directory come one after the other.
            let directory = (tree.file(*file).root, tree.file(*file).path.parent());
            if last.replace(directory) == Some(directory) {
                continue;
            }
            let path = tree.absolute(*file);
            let site = distribution.directory.parent().unwrap_or(Path::new("/"));
            for directory in path.ancestors().skip(1).take_while(|it| *it != site && it.starts_with(site)) {
                let only = around.entry(directory.to_owned()).or_insert(Some(number));
                if *only != Some(number) {
                    *only = None;
                }
            }
        }
    }
    for (id, file) in tree.iter() {
        if owned.contains_key(&id) || file.kind == FileKind::Special {
            continue;
        }
        let path = tree.absolute(id);
        let of_source = super::super::bytecode::source_of(&path).and_then(|source| tree.at(&source));
        let around_it = of_source
            .and_then(|source| owned.get(&source).copied())
            .or_else(|| path.ancestors().skip(1).find_map(|directory| around.get(directory).copied()).flatten());
        if let Some(number) = around_it {
            distributions[number].files.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_with_their_quotes() {
        let record = "a/b.py,sha256=x,12\n\"a/odd,\"\"name\"\".py\",sha256=y,3\n../bin/tool,,\n\n";
        assert_eq!(recorded(record).collect::<Vec<_>>(), ["a/b.py", "a/odd,\"name\".py", "../bin/tool"]);
        assert_eq!(resolve(Path::new("/s/x.dist-info"), "../bin/tool"), Some("/bin/tool".into()));
    }
}
