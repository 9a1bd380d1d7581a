//! Reading a directory into a tree.

use super::tree::{File, FileKind, Tree};
use crate::error::Result;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Directories that are never part of a package: what version control and editors keep.
const LEFT_OUT: &[&str] = &[".git", ".hg", ".svn"];

/// Adds everything below `top`, which belongs to the root with number `root`.
pub(super) fn add(tree: &mut Tree, root: usize, top: &Path) -> Result<()> {
    let mut left = vec![top.to_owned()];
    while let Some(directory) = left.pop() {
        let names = match names(&directory) {
            Ok(names) => names,
            Err(error) => {
                tree.note_unreadable(directory, &error);
                continue;
            }
        };
        let mut below = Vec::new();
        for name in &names {
            let path = directory.join(name);
            match fs::symlink_metadata(&path) {
                // Another root stands here already.
                Ok(_) if tree.has(&path) => {}
                Ok(found) if found.is_dir() => below.push(path),
                Ok(found) => add_file(tree, root, top, &path, &found)?,
                Err(error) => tree.note_unreadable(path, &error),
            }
        }
        left.extend(below.into_iter().rev());
        tree.insert_directory(directory, names);
    }
    Ok(())
}

fn names(directory: &Path) -> io::Result<Vec<OsString>> {
    let entries = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.file_name()));
    let mut names = entries.collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| !LEFT_OUT.iter().any(|left_out| name == left_out));
    names.sort();
    Ok(names)
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
    let below = path.strip_prefix(top).unwrap_or(path).to_owned();
    let (size, mode, modified) = (found.len(), found.mode() & 0o7777, found.mtime());
    tree.insert(File { path: below, root, size, mode, modified, kind })
}
