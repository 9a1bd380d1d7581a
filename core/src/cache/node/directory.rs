//! The directories of a namespace.

use super::super::key::Namespace;
use super::outdated;
use crate::sys::directory::make_private;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, statat};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The version of the layout.
pub(super) const LAYOUT: &str = "1";
/// Into how many directories entries go.
pub(super) const SHARDS: u8 = 64;
pub(super) const NAME: &str = "name";
pub(super) const LOCK: &str = "lock";
pub(super) const TAGS: &str = "tags";

/// A namespace's directory, open.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    pub(super) descriptor: OwnedFd,
    /// Whose it is, and whose the files in it must be: this process's user when it was opened.
    pub(super) owner: u32,
}

impl Directory {
    /// Makes what is missing; fails where one of them is somebody else's, or open to others.
    pub(super) fn open(base: &Path, namespace: &Namespace) -> io::Result<Self> {
        make_private(base)?;
        let layout = base.join(LAYOUT);
        make_private(&layout)?;
        let path = layout.join(namespace.directory());
        make_private(&path)?;
        let directory = Self::of(&path)?;
        let name = path.join(NAME);
        if !name.exists() {
            fs::write(name, namespace.name())?;
            outdated::remove(base);
        }
        outdated::renew(&path);
        Ok(directory)
    }

    /// One that is there.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let descriptor = rustix::fs::open(path, flags, Mode::empty())?;
        Ok(Self { path: path.to_owned(), descriptor, owner: rustix::process::geteuid().as_raw() })
    }

    /// A directory in it, made where it is missing.
    pub(super) fn ensure(&self, name: &str) -> io::Result<()> {
        match mkdirat(&self.descriptor, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What tells the lock file from others, without opening it: its device and its number.
    pub(super) fn lock_identity(&self) -> io::Result<Option<(u64, u64)>> {
        match statat(&self.descriptor, LOCK, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(Some((found.st_dev, found.st_ino))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The lock file, made where it is missing.
    pub(super) fn lock_file(&self) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(openat(&self.descriptor, LOCK, flags, Mode::RUSR | Mode::WUSR)?);
        super::file::check_own(&file, self.owner)?;
        Ok(file)
    }
}

/// The directory of an entry.
pub(super) fn shard(first: u8) -> String {
    format!("{:02x}", first % SHARDS)
}
