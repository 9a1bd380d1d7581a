//! Files that are read whole and written whole.

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, linkat, openat, renameat, unlinkat};
use rustix::io::{Errno, pread};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

/// What names of files begin with that are being put in place.
pub(super) const UNFINISHED: char = '.';
/// One read takes this much: most entries whole.
const FIRST_READ: usize = 8 << 10;

/// The bytes of a file below a directory, which may be at most so many; `None` where there is none.
///
/// Fails with `PermissionDenied` where it is anything but a file of this user's with one name.
pub(super) fn read(directory: &OwnedFd, name: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP | Errno::NXIO) => return Err(refused("it is a link or a socket")),
        Err(error) => return Err(error.into()),
    };
    let size = check_own(&file)?;
    if size > most as u64 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is larger than an entry can be"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(most).clamp(1, FIRST_READ.max(most)));
    loop {
        let at = bytes.len() as u64;
        // What is in it when it is read counts, whatever its size was.
        if pread(&file, rustix::buffer::spare_capacity(&mut bytes), at)? == 0 || bytes.len() as u64 >= size {
            return Ok(Some(bytes));
        }
    }
}

/// Its size, where it is a file of this user's with one name.
pub(super) fn check_own(file: impl AsFd) -> io::Result<u64> {
    let found = fstat(file)?;
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err(refused("it is not a file"));
    }
    if found.st_uid != rustix::process::geteuid().as_raw() || found.st_nlink > 1 {
        return Err(refused("it is another user's, or has another name"));
    }
    Ok(u64::try_from(found.st_size).unwrap_or(0))
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned())
}

/// Writes a file in a directory below `base`, in place of the one that there may be.
pub(super) fn write(base: &OwnedFd, directory: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let place = format!("{directory}/{name}");
    let mode = Mode::RUSR | Mode::WUSR;
    match openat(base, directory, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, mode) {
        Ok(file) => {
            let mut file = File::from(file);
            file.write_all(bytes)?;
            let source = format!("/proc/self/fd/{}", file.as_raw_fd());
            let link = |to: &str| linkat(CWD, &*source, base, to, AtFlags::SYMLINK_FOLLOW);
            match link(&place) {
                Ok(()) => Ok(()),
                Err(Errno::EXIST) => in_place(base, directory, &place, |unfinished| Ok(link(unfinished)?)),
                Err(error) => Err(error.into()),
            }
        }
        // A file system without files that have no name.
        Err(Errno::OPNOTSUPP | Errno::ISDIR) => in_place(base, directory, &place, |unfinished| {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            File::from(openat(base, unfinished, flags, mode)?).write_all(bytes)
        }),
        Err(error) => Err(error.into()),
    }
}

/// Makes a file under a name of its own, and gives it the place's.
fn in_place(base: &OwnedFd, directory: &str, place: &str, make: impl FnOnce(&str) -> io::Result<()>) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let unfinished = format!("{directory}/{UNFINISHED}{}-{number}", std::process::id());
    let placed = make(&unfinished).and_then(|()| Ok(renameat(base, &*unfinished, base, place)?));
    if placed.is_err() {
        // It may not be there; what else fails here, a sweep finds.
        let _ = unlinkat(base, &*unfinished, AtFlags::empty());
    }
    placed
}

/// Removes a file; whether there was one. What stands in its place and is none is left.
pub(super) fn remove(directory: &OwnedFd, name: &str) -> io::Result<bool> {
    match unlinkat(directory, name, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOENT | Errno::ISDIR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
