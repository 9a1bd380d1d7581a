//! Files that are read whole and written whole.
//!
//! A new one is written without a name and then given one, so that a reader sees all of it and a writer that is killed
//! leaves nothing. One that is there is written over: a file system takes 50 times as long to put another in its place. Who
//! reads it at that moment may see a part of each, which what is written must show.

use super::directory::Directory;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, ftruncate, linkat, openat, renameat, unlinkat};
use rustix::io::{Errno, pread, pwrite};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU64, Ordering};

/// What names of files begin with that are being put in place.
pub(super) const UNFINISHED: char = '.';
/// One read takes this much: most entries whole.
const FIRST_READ: usize = 8 << 10;

/// The bytes of a file below a directory, which may be at most so many; `None` where there is none.
///
/// Fails with `PermissionDenied` where it is anything but a file of this user's with one name.
pub(super) fn read(directory: &Directory, name: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(&directory.descriptor, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP | Errno::NXIO) => return Err(refused("it is a link or a socket")),
        Err(error) => return Err(error.into()),
    };
    let size = check_own(&file, directory.owner)?;
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

/// Its size, where it is a file of this owner's with one name.
pub(super) fn check_own(file: impl AsFd, owner: u32) -> io::Result<u64> {
    let found = fstat(file)?;
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err(refused("it is not a file"));
    }
    if found.st_uid != owner || found.st_nlink > 1 {
        return Err(refused("it is another user's, or has another name"));
    }
    Ok(u64::try_from(found.st_size).unwrap_or(0))
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned())
}

/// Writes a file in a directory below `base`, in place of the one that there may be; whether it takes more room than that.
pub(super) fn write(base: &Directory, directory: &str, name: &str, bytes: &[u8]) -> io::Result<bool> {
    let place = format!("{directory}/{name}");
    match write_over(base, &place, bytes)? {
        Some(before) => Ok(bytes.len() as u64 > before),
        None => create(base, directory, &place, bytes).map(|()| true),
    }
}

/// Writes over a file of this user's; how long it was. `None` where there is none, or something else.
fn write_over(base: &Directory, place: &str, bytes: &[u8]) -> io::Result<Option<u64>> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = openat(&base.descriptor, place, flags, Mode::empty()) else { return Ok(None) };
    let Ok(before) = check_own(&file, base.owner) else { return Ok(None) };
    let length = bytes.len() as u64;
    let written = pwrite(&file, bytes, 0).and_then(|written| {
        if written != bytes.len() {
            return Err(Errno::NOSPC);
        }
        if before > length { ftruncate(&file, length) } else { Ok(()) }
    });
    if let Err(error) = written {
        // What is in it now is neither.
        let _ = unlinkat(&base.descriptor, place, AtFlags::empty());
        return Err(error.into());
    }
    Ok(Some(before))
}

/// Makes a file, in place of what there may be.
fn create(base: &Directory, directory: &str, place: &str, bytes: &[u8]) -> io::Result<()> {
    let mode = Mode::RUSR | Mode::WUSR;
    match openat(&base.descriptor, directory, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, mode) {
        Ok(file) => {
            let mut file = File::from(file);
            file.write_all(bytes)?;
            let source = format!("/proc/self/fd/{}", file.as_raw_fd());
            let link = |to: &str| linkat(CWD, &*source, &base.descriptor, to, AtFlags::SYMLINK_FOLLOW);
            match link(place) {
                Ok(()) => Ok(()),
                Err(Errno::EXIST) => in_place(base, directory, place, |unfinished| Ok(link(unfinished)?)),
                Err(error) => Err(error.into()),
            }
        }
        // A file system without files that have no name.
        Err(Errno::OPNOTSUPP | Errno::ISDIR) => in_place(base, directory, place, |unfinished| {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            File::from(openat(&base.descriptor, unfinished, flags, mode)?).write_all(bytes)
        }),
        Err(error) => Err(error.into()),
    }
}

/// Makes a file under a name of its own, and gives it the place's.
fn in_place(
    base: &Directory,
    directory: &str,
    place: &str,
    make: impl FnOnce(&str) -> io::Result<()>,
) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let unfinished = format!("{directory}/{UNFINISHED}{}-{number}", std::process::id());
    let placed =
        make(&unfinished).and_then(|()| Ok(renameat(&base.descriptor, &*unfinished, &base.descriptor, place)?));
    if placed.is_err() {
        // It may not be there; what else fails here, a sweep finds.
        let _ = unlinkat(&base.descriptor, &*unfinished, AtFlags::empty());
    }
    placed
}

/// Removes a file; whether there was one. What stands in its place and is none is left.
pub(super) fn remove(directory: &Directory, name: &str) -> io::Result<bool> {
    match unlinkat(&directory.descriptor, name, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOENT | Errno::ISDIR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
