//! What is another user's, open to others, or no file where one should be: left as it is, and the process caches alone.
#![cfg(all(feature = "cache", feature = "host"))]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::cache::{Cache, Policy};
use std::convert::Infallible;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Somebody.
const ANOTHER: u32 = 54_321;

/// A directory in which a cache has been used, and the paths of its parts.
struct Used {
    directory: TempDir,
    base: PathBuf,
    namespace: PathBuf,
    entry: PathBuf,
}

fn open(base: &Path) -> Cache<u32> {
    Cache::builder("test").directory(base).json()
}

/// All that a directory has in it.
fn parts(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

impl Used {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().join("cache");
        open(&base).put("key", &Policy::forever(), 1);
        let namespace = parts(&base.join("1")).remove(0);
        let shard = parts(&namespace).into_iter().find(|it| it.is_dir()).unwrap();
        let entry = parts(&shard).remove(0);
        Self { directory, base, namespace, entry }
    }

    /// The cache serves what it computes, from the process alone, and says once why.
    fn is_left_alone(&self, why: &str) {
        let cache = open(&self.base);
        assert!(cache.problem().is_some_and(|problem| problem.contains(why)), "{why}: {:?}", cache.problem());
        let compute = |value| move || Ok::<_, Infallible>(Some(value));
        assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute(2)), Ok(Some(2)), "{why}");
        assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute(3)), Ok(Some(2)), "{why}");
        assert_eq!((cache.statistics().errors, cache.is_shared()), (1, false), "{why}");
    }
}

/// Gives a file to another user; `false` where this one may not.
fn give_away(path: &Path) -> bool {
    match chown(path, Some(ANOTHER), None) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            println!("skipped: no right to give a file to another user");
            false
        }
        outcome => outcome.is_ok(),
    }
}

#[test]
fn directories_that_others_may_write_to() {
    for part in [|used: &Used| used.base.clone(), |used: &Used| used.namespace.clone()] {
        let used = Used::new();
        fs::set_permissions(part(&used), fs::Permissions::from_mode(0o777)).unwrap();
        used.is_left_alone("others may write");
        assert_eq!(part(&used).metadata().unwrap().mode() & 0o777, 0o777);
    }
}

#[test]
fn directories_of_another_user() {
    for part in [|used: &Used| used.base.clone(), |used: &Used| used.namespace.clone()] {
        let used = Used::new();
        if give_away(&part(&used)) {
            used.is_left_alone("another user");
        }
    }
}

#[test]
fn an_entry_of_another_user() {
    let used = Used::new();
    if give_away(&used.entry) {
        let cache = open(&used.base);
        assert_eq!((cache.get("key"), cache.statistics().errors), (None, 1));
        cache.put("key", &Policy::forever(), 2);
        assert_eq!((open(&used.base).get("key"), used.entry.metadata().unwrap().uid() == ANOTHER), (Some(2), false));
    }
}

#[test]
fn a_link_in_the_place_of_the_directory() {
    let used = Used::new();
    let elsewhere = used.directory.path().join("elsewhere");
    fs::rename(&used.base, &elsewhere).unwrap();
    symlink(&elsewhere, &used.base).unwrap();
    used.is_left_alone("not a directory");
}

/// What stands where the lock file should.
fn in_the_place_of_the_lock(make: impl Fn(&Path, &Path)) {
    let used = Used::new();
    let (lock, target) = (used.namespace.join("lock"), used.directory.path().join("target"));
    fs::write(&target, "as it was").unwrap();
    fs::remove_file(&lock).unwrap();
    make(&lock, &target);
    let before = fs::symlink_metadata(&lock).unwrap();
    used.is_left_alone("");
    let after = fs::symlink_metadata(&lock).unwrap();
    assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()), "it is left");
    assert_eq!(fs::read_to_string(&target).unwrap(), "as it was");
}

#[test]
fn no_file_in_the_place_of_the_lock() {
    in_the_place_of_the_lock(|lock, target| symlink(target, lock).unwrap());
    in_the_place_of_the_lock(|lock, target| fs::hard_link(target, lock).unwrap());
    in_the_place_of_the_lock(|lock, _| fs::create_dir(lock).unwrap());
    in_the_place_of_the_lock(|lock, _| assert!(Command::new("mkfifo").arg(lock).status().unwrap().success()));
    in_the_place_of_the_lock(|lock, _| drop(std::os::unix::net::UnixListener::bind(lock).unwrap()));
}

#[test]
fn a_device_in_the_place_of_an_entry() {
    let used = Used::new();
    fs::remove_file(&used.entry).unwrap();
    // The kernel's source of zeros, which has no end.
    let status = Command::new("mknod").arg(&used.entry).args(["c", "1", "5"]).status();
    if !status.is_ok_and(|it| it.success()) {
        return println!("skipped: no right to make a device");
    }
    let cache = open(&used.base);
    assert_eq!((cache.get("key"), cache.statistics().errors), (None, 1));
    assert_eq!(cache.get_or_compute("key", &Policy::forever(), || Ok::<_, Infallible>(Some(2))), Ok(Some(2)));
    assert_eq!(open(&used.base).get("key"), Some(2), "in its place");
}
