//! The package's tree as the file system of the resolver: nothing outside of it is there.

use crate::package::{FileKind, Tree};
use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a package.json is read.
const MOST_METADATA: u64 = 4 << 20;

pub(super) struct TreeFiles(pub(super) Arc<Tree>);

fn absent() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl FileSystem for TreeFiles {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = self.0.find(path).ok_or_else(absent)?;
        self.0.read(file, MOST_METADATA)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        if self.0.is_directory(path) {
            return Ok(FileMetadata::new(false, true, false));
        }
        self.0.find(path).map(|_| FileMetadata::new(true, false, false)).ok_or_else(absent)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        match self.0.at(path) {
            Some(file) => {
                let is_link = matches!(self.0.file(file).kind, FileKind::Link(_));
                Ok(FileMetadata::new(self.0.file(file).kind == FileKind::Regular, false, is_link))
            }
            None => self.metadata(path),
        }
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        match self.0.at(path).map(|file| &self.0.file(file).kind) {
            Some(FileKind::Link(target)) => Ok(target.clone()),
            _ => Err(absent().into()),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.real(path).ok_or_else(absent)
    }
}
