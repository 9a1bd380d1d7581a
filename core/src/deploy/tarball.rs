//! A directory as a tar archive that is the same whenever and wherever it is made.

use crate::error::{Code, Error, Result};
use crate::package::{FileKind, RootRole, Tree};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// Writes everything below `directory`: names in order, times at 1970, everything root's, modes without the maker's umask.
pub(super) fn write(directory: &Path, to: impl Write) -> Result<()> {
    let mut tree = Tree::default();
    tree.add_root(directory, RootRole::Code)?;
    let mut files: Vec<_> = tree.iter().collect();
    files.sort_by(|(_, one), (_, other)| one.path.cmp(&other.path));
    let mut archive = Builder::new(to);
    let mut parents = BTreeSet::new();
    for (id, file) in files {
        for parent in parents_of(&file.path) {
            if parents.insert(parent.clone()) {
                archive
                    .append_data(&mut header(EntryType::Directory, 0o755, 0), &parent, io::empty())
                    .map_err(failed)?;
            }
        }
        let written = if let FileKind::Link(target) = &file.kind {
            archive.append_link(&mut header(EntryType::Symlink, 0o777, 0), &file.path, target)
        } else {
            let mode = if file.mode & 0o111 == 0 { 0o644 } else { 0o755 };
            let content = File::open(tree.absolute(id)).map_err(failed)?;
            archive.append_data(&mut header(EntryType::Regular, mode, file.size), &file.path, content)
        };
        written.map_err(failed)?;
    }
    archive.into_inner().and_then(|mut to| to.flush()).map_err(failed)
}

/// The directories above a path, the uppermost first.
fn parents_of(path: &Path) -> Vec<PathBuf> {
    let mut parents: Vec<_> =
        path.ancestors().skip(1).filter(|it| !it.as_os_str().is_empty()).map(Path::to_owned).collect();
    parents.reverse();
    parents
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn failed(error: io::Error) -> Error {
    Error::new(Code::SystemIo, "write the archive", error.to_string()).caused_by(error)
}
