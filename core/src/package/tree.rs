//! Every file of a package, by path: what the analyzer asks instead of the disk.

use super::walk;
use crate::error::{Code, Error, Result};
use rustc_hash::FxHashMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// How many links one path may lead through, as in the kernel.
const MOST_LINKS: usize = 40;

/// What is allocated for a file before it is read.
const MOST_RESERVED: u64 = 64 << 20;

/// The number of a file in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The file's place in [`Tree::files`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a name in the tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// A file with content.
    Regular,
    /// A symbolic link, with the target that is stored in it.
    Link(PathBuf),
    /// A FIFO, a socket or a device: never read, never copied.
    Special,
}

/// Where a root comes from, which decides where it stands when the function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootRole {
    /// The function's own package.
    Code,
    /// A layer, which the platform mounts beside the package.
    Layer,
    /// A directory outside the package that it refers to: an editable install, a path of a `.pth` file.
    Linked,
}

/// A directory whose files are in the tree.
#[derive(Debug, Clone)]
pub struct Root {
    /// Its absolute path, without links.
    pub path: PathBuf,
    /// Where it comes from.
    pub role: RootRole,
}

/// A file of the package.
#[derive(Debug, Clone)]
pub struct File {
    /// The path below its root.
    pub path: PathBuf,
    /// The number of its root in [`Tree::roots`].
    pub root: usize,
    /// Bytes of content; of a link, those of its target's name.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Seconds since 1970 of the last change.
    pub modified: i64,
    /// What it is.
    pub kind: FileKind,
}

/// A path that could not be looked into.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// The path, absolute.
    pub path: PathBuf,
    /// What the system said.
    pub message: String,
}

#[derive(Debug)]
enum Name {
    File(FileId),
    Directory(Vec<OsString>),
}

/// The files of a package, its layers and what they link to.
///
/// A tree is a picture of the moment it was read. Symbolic links are recorded and are followed only when a
/// path is looked up, and never out of the roots.
#[derive(Debug, Default)]
pub struct Tree {
    roots: Vec<Root>,
    files: Vec<File>,
    /// By absolute path, as bytes: those hash and compare faster than paths, which take themselves apart for it.
    names: FxHashMap<Box<[u8]>, Name>,
    unreadable: Vec<Unreadable>,
}

impl Tree {
    /// How many files a tree may hold.
    pub const MOST_FILES: usize = 2_000_000;

    /// Adds the directory `path` with everything below it; what is in the tree already is not added twice.
    ///
    /// Fails with `function.not_found` where it is no directory, `package.too_large` past
    /// [`MOST_FILES`](Self::MOST_FILES). What cannot be read is noted in [`unreadable`](Self::unreadable).
    pub fn add_root(&mut self, path: &Path, role: RootRole) -> Result<()> {
        let path = super::locate(path)?;
        if self.has(&path) {
            return Ok(());
        }
        let root = self.roots.len();
        self.roots.push(Root { path: path.clone(), role });
        walk::add(self, root, &path)
    }

    /// Adds some files of the directory `path` alone, by their paths below it, as the function's own package.
    ///
    /// Fails with `function.not_found` where it is no directory.
    pub(super) fn add_files(&mut self, path: &Path, files: &[PathBuf]) -> Result<()> {
        let path = super::locate(path)?;
        let root = self.roots.len();
        self.roots.push(Root { path: path.clone(), role: RootRole::Code });
        walk::add_some(self, root, &path, files)
    }

    /// The directories that were added, the package's own first.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// Every file, root by root, in the order of their paths.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Every file with its number.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &File)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The file with this number.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.index()]
    }

    /// What could not be looked into.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Where a file stands, absolute.
    pub fn absolute(&self, id: FileId) -> PathBuf {
        let file = self.file(id);
        self.roots[file.root].path.join(&file.path)
    }

    /// The file at exactly this absolute path, links not followed.
    pub fn at(&self, path: &Path) -> Option<FileId> {
        match self.name(path)? {
            Name::File(id) => Some(*id),
            Name::Directory(_) => None,
        }
    }

    /// The regular file that an absolute path leads to, through links that stay in the tree.
    pub fn find(&self, path: &Path) -> Option<FileId> {
        match self.name(path) {
            Some(Name::File(id)) if self.file(*id).kind == FileKind::Regular => Some(*id),
            None if self.is_missing(path) => None,
            _ => self.at(&self.real(path)?),
        }
    }

    /// Whether a path names nothing for certain: the directory that it is in is known, and no link.
    fn is_missing(&self, path: &Path) -> bool {
        let is_plain = matches!(path.components().next_back(), Some(Component::Normal(_)));
        is_plain && path.parent().is_some_and(|parent| matches!(self.name(parent), Some(Name::Directory(_))))
    }

    fn name(&self, path: &Path) -> Option<&Name> {
        self.names.get(key(path))
    }

    /// Whether an absolute path leads to a directory of the tree.
    pub fn is_directory(&self, path: &Path) -> bool {
        self.list(path).is_some()
    }

    /// The names in the directory that an absolute path leads to, in order.
    pub fn list(&self, path: &Path) -> Option<&[OsString]> {
        match self.name(path) {
            Some(Name::Directory(names)) => return Some(names),
            None if self.is_missing(path) => return None,
            _ => {}
        }
        match self.name(&self.real(path)?)? {
            Name::Directory(names) => Some(names),
            Name::File(_) => None,
        }
    }

    /// The names in a directory that begin with `start`, in order.
    #[cfg(feature = "python-analyzer")]
    pub(crate) fn beginning(&self, directory: &Path, start: &str) -> &[OsString] {
        let names = self.list(directory).unwrap_or_default();
        let (start, bytes) = (OsStr::new(start), start.as_bytes());
        let names = &names[names.partition_point(|name| name.as_os_str() < start)..];
        &names[..names.partition_point(|name| name.as_bytes().starts_with(bytes))]
    }

    /// Every regular file below the directory that an absolute path leads to, links not followed.
    pub fn below(&self, path: &Path) -> Vec<FileId> {
        let mut found = Vec::new();
        let mut left = vec![self.real(path).unwrap_or_else(|| path.to_owned())];
        while let Some(directory) = left.pop() {
            match self.name(&directory) {
                Some(Name::Directory(names)) => left.extend(names.iter().rev().map(|name| directory.join(name))),
                Some(Name::File(id)) if self.file(*id).kind == FileKind::Regular => found.push(*id),
                _ => {}
            }
        }
        found
    }

    /// The absolute path without links and dots that `path` stands for, where all of it is in the tree.
    pub fn real(&self, path: &Path) -> Option<PathBuf> {
        self.walk(path, &mut Vec::new())
    }

    /// The links that an absolute path leads through, in the order in which they are followed.
    pub fn links(&self, path: &Path) -> Vec<FileId> {
        let mut links = Vec::new();
        self.walk(path, &mut links);
        links
    }

    fn walk(&self, path: &Path, links: &mut Vec<FileId>) -> Option<PathBuf> {
        let mut done = PathBuf::new();
        let mut left: Vec<OsString> = parts(path).rev().collect();
        while let Some(part) = left.pop() {
            if part == ".." {
                done.pop();
                continue;
            }
            let next = done.join(&part);
            if let Some(Name::File(id)) = self.name(&next)
                && let FileKind::Link(target) = &self.file(*id).kind
            {
                links.push(*id);
                if links.len() > MOST_LINKS {
                    return None;
                }
                if target.is_absolute() {
                    done = PathBuf::new();
                }
                left.extend(parts(target).rev());
                continue;
            }
            done = next;
        }
        self.has(&done).then_some(done)
    }

    /// A file's content, at most `most` bytes of it.
    pub fn read(&self, id: FileId, most: u64) -> io::Result<Vec<u8>> {
        if self.file(id).kind == FileKind::Special {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        // What a file's size says need not be there: sparse files have none of it.
        let expected = self.file(id).size.min(most).min(MOST_RESERVED);
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
        std::fs::File::open(self.absolute(id))?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn insert(&mut self, file: File) -> Result<()> {
        if self.files.len() >= Self::MOST_FILES {
            return Err(self.too_large(file.root));
        }
        let path = self.roots[file.root].path.join(&file.path);
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(file);
        self.names.insert(key(&path).into(), Name::File(id));
        Ok(())
    }

    pub(super) fn too_large(&self, root: usize) -> Error {
        let text = format!("it has more than {} files", Self::MOST_FILES);
        Error::new(Code::PackageTooLarge, "read the package", text).with("path", self.roots[root].path.display())
    }

    pub(super) fn insert_directory(&mut self, path: &Path, names: Vec<OsString>) {
        self.names.insert(key(path).into(), Name::Directory(names));
    }

    pub(super) fn has(&self, path: &Path) -> bool {
        self.name(path).is_some()
    }

    pub(super) fn note_unreadable(&mut self, path: PathBuf, error: &io::Error) {
        self.unreadable.push(Unreadable { path, message: error.to_string() });
    }
}

/// What a path is known by; a slash at its end says nothing.
fn key(path: &Path) -> &[u8] {
    let bytes = path.as_os_str().as_bytes();
    bytes.strip_suffix(b"/").filter(|rest| !rest.is_empty()).unwrap_or(bytes)
}

fn parts(path: &Path) -> impl DoubleEndedIterator<Item = OsString> + '_ {
    path.components().filter_map(|part| match part {
        Component::CurDir => None,
        Component::ParentDir => Some(OsString::from("..")),
        other => Some(OsStr::to_owned(other.as_os_str())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn tree(make: impl FnOnce(&Path)) -> (tempfile::TempDir, Tree) {
        let root = tempfile::tempdir().unwrap();
        make(root.path());
        let mut tree = Tree::default();
        tree.add_root(root.path(), RootRole::Code).unwrap();
        (root, tree)
    }

    #[test]
    fn links_lead_to_the_one_file() {
        let (root, tree) = tree(|root| {
            fs::create_dir_all(root.join("store/x")).unwrap();
            fs::write(root.join("store/x/index.js"), "1").unwrap();
            symlink("store/x", root.join("x")).unwrap();
            symlink("x", root.join("y")).unwrap();
        });
        let root = root.path().canonicalize().unwrap();
        let file = tree.at(&root.join("store/x/index.js")).unwrap();
        assert_eq!(tree.find(&root.join("y/index.js")), Some(file));
        assert_eq!(tree.list(&root.join("y")).unwrap(), ["index.js"]);
        assert_eq!(tree.below(&root.join("y")), [file]);
        assert_eq!(tree.read(file, 10).unwrap(), b"1");
    }

    #[test]
    fn links_that_turn_in_circles_or_lead_out_lead_nowhere() {
        let (root, tree) = tree(|root| {
            symlink("b", root.join("a")).unwrap();
            symlink("a", root.join("b")).unwrap();
            symlink("..", root.join("up")).unwrap();
            symlink("/etc/passwd", root.join("out")).unwrap();
        });
        for name in ["a", "b", "up", "out"] {
            assert_eq!(tree.find(&root.path().canonicalize().unwrap().join(name)), None, "{name}");
        }
        assert_eq!(tree.files().len(), 4);
    }

    #[test]
    fn a_fifo_is_never_opened() {
        let (root, tree) = tree(|root| {
            rustix::fs::mknodat(
                rustix::fs::CWD,
                root.join("pipe"),
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR,
                0,
            )
            .unwrap();
        });
        let pipe = tree.at(&root.path().canonicalize().unwrap().join("pipe")).unwrap();
        assert_eq!(tree.file(pipe).kind, FileKind::Special);
        assert!(tree.read(pipe, 1).is_err());
    }
}
