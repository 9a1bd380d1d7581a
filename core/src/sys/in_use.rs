//! Directories that are kept for later: a mark on those that somebody uses, and when that was last.
//!
//! The mark is a lock of the directory itself (`flock(2)`), which ends with the process however that ends; its time of
//! modification says when it was last taken or renewed.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How often a mark is tried for while the directory is being looked at by who might remove it, and how long in between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(5);

/// A directory that is in use while this lives.
#[derive(Debug)]
pub struct InUse {
    _locked: File,
}

impl InUse {
    /// Marks a directory. Where the file system has no locks nothing is marked, and nothing is removed.
    ///
    /// Fails where it is not there, or is just being removed.
    pub fn mark(path: &Path) -> io::Result<Self> {
        for _ in 0..TRIES {
            let directory = open(path)?;
            match directory.try_lock_shared() {
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                _ if is_at(&directory, path) => {
                    renew(&directory);
                    return Ok(Self { _locked: directory });
                }
                _ => {}
            }
        }
        Err(io::Error::new(io::ErrorKind::ResourceBusy, "it is being removed"))
    }
}

/// Takes a directory out of its place, to `to`, where nobody uses it; tells whether that was so. One that is in use counts as
/// used now.
pub fn take_unused(path: &Path, to: &Path) -> io::Result<bool> {
    let directory = open(path)?;
    match directory.try_lock() {
        Ok(()) if is_at(&directory, path) => std::fs::rename(path, to).map(|()| true),
        Err(TryLockError::WouldBlock) => {
            renew(&directory);
            Ok(false)
        }
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => Ok(false),
    }
}

/// When the directory was last marked, as far as the clock can be trusted: never later than now.
pub fn last_used(path: &Path) -> io::Result<SystemTime> {
    Ok(std::fs::symlink_metadata(path)?.modified()?.min(SystemTime::now()))
}

/// Nothing but a directory is opened, and no link followed.
fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW).open(path)
}

fn renew(directory: &File) {
    // Without it the directory looks older than it is, and is made again where it was removed.
    let _ = directory.set_modified(SystemTime::now());
}

/// Whether the directory has not been moved since it was opened.
fn is_at(directory: &File, path: &Path) -> bool {
    let same =
        |(one, other): (std::fs::Metadata, std::fs::Metadata)| (one.dev(), one.ino()) == (other.dev(), other.ino());
    directory.metadata().and_then(|one| Ok((one, std::fs::symlink_metadata(path)?))).is_ok_and(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays_and_counts_as_used() {
        let root = tempfile::tempdir().unwrap();
        let (path, to) = (root.path().join("a"), root.path().join("gone"));
        std::fs::create_dir(&path).unwrap();
        let marks = [InUse::mark(&path).unwrap(), InUse::mark(&path).unwrap()];
        File::open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(!take_unused(&path, &to).unwrap());
        assert!(last_used(&path).unwrap().elapsed().unwrap() < Duration::from_mins(1));
        drop(marks);
        assert!(take_unused(&path, &to).unwrap());
        assert!(to.is_dir() && InUse::mark(&path).is_err());
    }

    #[test]
    fn a_mark_stays_with_what_is_renamed() {
        let root = tempfile::tempdir().unwrap();
        let (stage, path) = (root.path().join("stage"), root.path().join("a"));
        std::fs::create_dir(&stage).unwrap();
        let _mark = InUse::mark(&stage).unwrap();
        std::fs::rename(&stage, &path).unwrap();
        assert!(!take_unused(&path, &root.path().join("gone")).unwrap());
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn the_mark_of_a_killed_process_is_gone() {
        let root = tempfile::tempdir().unwrap();
        let (path, to) = (root.path().join("a"), root.path().join("gone"));
        std::fs::create_dir(&path).unwrap();
        let holder = std::process::Command::new("flock").arg("-s").arg(&path).args(["sleep", "100"]).spawn();
        let Ok(mut holder) = holder else {
            return println!("skipped: flock is not on this machine");
        };
        // It may not have come to it yet.
        while File::open(&path).unwrap().try_lock().is_ok() {
            std::thread::sleep(PAUSE);
        }
        assert!(!take_unused(&path, &to).unwrap());
        let program = rustix::process::Pid::from_child(&holder);
        let children = std::fs::read_to_string(format!("/proc/{program}/task/{program}/children")).unwrap();
        holder.kill().unwrap();
        holder.wait().unwrap();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            let child = rustix::process::Pid::from_raw(child).unwrap();
            rustix::process::kill_process(child, rustix::process::Signal::KILL).unwrap();
        }
        let begun = std::time::Instant::now();
        while !take_unused(&path, &to).unwrap() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the mark outlives its process");
            std::thread::sleep(PAUSE);
        }
    }

    #[test]
    fn whatever_is_no_directory_is_refused_at_once() {
        let root = tempfile::tempdir().unwrap();
        let (link, fifo) = (root.path().join("link"), root.path().join("fifo"));
        std::os::unix::fs::symlink(root.path(), &link).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).unwrap();
        for path in [link, fifo, root.path().join("nothing")] {
            assert!(InUse::mark(&path).is_err() && take_unused(&path, &root.path().join("to")).is_err());
        }
    }

    #[test]
    fn a_clock_that_was_ahead_is_not_believed() {
        let root = tempfile::tempdir().unwrap();
        let ahead = SystemTime::now() + Duration::from_hours(1_000);
        File::open(root.path()).unwrap().set_modified(ahead).unwrap();
        assert!(last_used(root.path()).unwrap() <= SystemTime::now());
    }
}
