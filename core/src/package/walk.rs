//! Reading a directory into a tree.

use super::cargo;
use super::tree::{File, FileKind, Tree};
use crate::error::Result;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Directories that are never part of a package: what version control and editors keep.
const LEFT_OUT: &[&str] = &[".git", ".hg", ".svn"];

/// What stands in one directory, by name.
type Entries = io::Result<Vec<(OsString, io::Result<Found>)>>;

enum Found {
    Directory,
    Other(Metadata),
}

/// Adds everything below `top`, which belongs to the root with number `root`.
pub(super) fn add(tree: &mut Tree, root: usize, top: &Path) -> Result<()> {
    let mut listed = list(tree, top);
    let mut left = vec![top.to_owned()];
    while let Some(directory) = left.pop() {
        let entries = match listed.remove(&directory) {
            Some(Ok(entries)) => entries,
            Some(Err(error)) => {
                tree.note_unreadable(directory, &error);
                continue;
            }
            // Listing stopped before it.
            None => return Err(tree.too_large(root)),
        };
        let (mut below, mut names) = (Vec::new(), Vec::with_capacity(entries.len()));
        for (name, found) in entries {
            let path = directory.join(&name);
            match found {
                // Another root stands here already.
                Ok(_) if tree.has(&path) => {}
                Ok(Found::Directory) => below.push(path),
                Ok(Found::Other(found)) => add_file(tree, root, top, &path, &found)?,
                Err(error) => tree.note_unreadable(path, &error),
            }
            names.push(name);
        }
        left.extend(below.into_iter().rev());
        tree.insert_directory(&directory, names);
    }
    Ok(())
}

/// Adds only these files of the directory `top`, by their paths below it.
pub(super) fn add_some(tree: &mut Tree, root: usize, top: &Path, files: &[PathBuf]) -> Result<()> {
    let mut directories: BTreeMap<PathBuf, BTreeSet<OsString>> = BTreeMap::from([(top.to_owned(), BTreeSet::new())]);
    for path in files.iter().map(|file| top.join(file)) {
        match fs::symlink_metadata(&path) {
            Ok(found) => add_file(tree, root, top, &path, &found)?,
            Err(error) => tree.note_unreadable(path.clone(), &error),
        }
        for (below, directory) in path.ancestors().zip(path.ancestors().skip(1).take_while(|it| it.starts_with(top))) {
            let names = directories.entry(directory.to_owned()).or_default();
            names.extend(below.file_name().map(ToOwned::to_owned));
        }
    }
    for (directory, names) in directories {
        tree.insert_directory(&directory, names.into_iter().collect());
    }
    Ok(())
}

/// Lists every directory below `top`, those of one depth in parallel. Stops past what a tree may hold.
fn list(tree: &Tree, top: &Path) -> FxHashMap<PathBuf, Entries> {
    let mut listed = FxHashMap::default();
    let (mut level, mut files) = (vec![top.to_owned()], 0);
    while !level.is_empty() && files <= Tree::MOST_FILES {
        let found: Vec<_> = level.into_par_iter().map(|path| (entries(&path), path)).collect();
        level = found.iter().flat_map(|(entries, path)| below(entries, path)).filter(|path| !tree.has(path)).collect();
        for (entries, path) in found {
            files += entries.as_ref().map_or(0, Vec::len);
            listed.insert(path, entries);
        }
    }
    listed
}

/// The directories in a directory.
fn below(entries: &Entries, directory: &Path) -> Vec<PathBuf> {
    let all = entries.iter().flatten();
    let directories = all.filter(|(_, found)| matches!(found, Ok(Found::Directory)));
    directories.map(|(name, _)| directory.join(name)).collect()
}

/// What stands in a directory, in order, without what Cargo builds beside a manifest. Metadata is asked for by the
/// directory's descriptor: resolving each path from the root would take longer than all the rest.
fn entries(directory: &Path) -> Entries {
    let entries = fs::read_dir(directory)?.map(|entry| entry.map(|entry| (entry.file_name(), look_at(&entry))));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    let is_project = entries.iter().any(|(name, _)| name == cargo::MANIFEST);
    entries.retain(|(name, found)| {
        let is_built = is_project && name == cargo::TARGET_DIRECTORY && matches!(found, Ok(Found::Directory));
        !is_built && !LEFT_OUT.iter().any(|left_out| name == left_out)
    });
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(entries)
}

/// Most file systems tell which entries are directories; nothing more needs to be known of those.
fn look_at(entry: &DirEntry) -> io::Result<Found> {
    if entry.file_type()?.is_dir() {
        return Ok(Found::Directory);
    }
    entry.metadata().map(Found::Other)
}

fn add_file(tree: &mut Tree, root: usize, top: &Path, path: &PathBuf, found: &Metadata) -> Result<()> {
    let kind = if found.is_symlink() {
        match fs::read_link(path) {
            Ok(target) => FileKind::Link(target),
            Err(error) => {
                tree.note_unreadable(path.clone(), &error);
                return Ok(());
            }
        }
    } else if found.is_file() {
        FileKind::Regular
    } else {
        FileKind::Special
    };
    let below = below_root(top, path);
    let (size, mode, modified) = (found.len(), found.mode() & 0o7777, found.mtime());
    tree.insert(File { path: below, root, size, mode, modified, kind })
}

/// A path below `top`; paths are put together from it, so that comparing bytes is enough.
fn below_root(top: &Path, path: &Path) -> PathBuf {
    let below = path.as_os_str().as_bytes().strip_prefix(top.as_os_str().as_bytes());
    match below.and_then(|rest| rest.strip_prefix(b"/")) {
        Some(below) => PathBuf::from(OsStr::from_bytes(below)),
        None => path.strip_prefix(top).unwrap_or(path).to_owned(),
    }
}
