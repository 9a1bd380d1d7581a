//! Faults of the node's tier on a real file system: a thousand kills, forks at bad moments, disks that are full or read-only.
#![cfg(all(feature = "cache", feature = "host"))]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::cache::{Cache, Policy};
use std::convert::Infallible;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant, SystemTime};
use support::Random;
use support::children::{child, ended};

type Bytes = Arc<[u8]>;

const KEYS: u64 = 256;
const BUDGET: u64 = 1 << 20;
/// Stands in a directory in which [`nursery`] is to run.
const MARKER: &str = "nursery";
const ROUNDS: u64 = 250;
const AT_ONCE: u64 = 4;

fn open(directory: &Path) -> Cache<Bytes> {
    with_room(directory, BUDGET)
}

fn with_room(directory: &Path, bytes: u64) -> Cache<Bytes> {
    let builder = Cache::builder("test").directory(directory.join("cache")).node_bytes(bytes);
    builder.wait(Duration::from_secs(10)).bytes()
}

/// A value of a key: its length says which key's it is, and every byte which version.
fn value(key: u64, version: u64) -> Bytes {
    vec![version.to_le_bytes()[0]; usize::try_from(2_000 + 28 * key).unwrap()].into()
}

fn is_whole(key: u64, found: &[u8]) -> bool {
    found == &*value(key, u64::from(found.first().copied().unwrap_or(0)))
}

/// One use of a cache; `false` where it gave what nobody wrote.
fn use_once(cache: &Cache<Bytes>, random: &mut Random) -> bool {
    let (key, version) = (random.below(KEYS), random.below(256));
    let (name, tagged) = (key.to_string(), Policy::forever().tags([(key % 4).to_string()]));
    match random.below(16) {
        0 => cache.invalidate(&(key % 4).to_string()),
        1 => drop(cache.remove(&name)),
        2..6 => return cache.get(&name).is_none_or(|found| is_whole(key, &found)),
        6..11 => drop(cache.put(&name, &tagged, value(key, version))),
        _ => {
            let computed = cache.get_or_compute(&name, &tagged, || Ok::<_, Infallible>(Some(value(key, version))));
            return computed.is_ok_and(|found| is_whole(key, &found.unwrap_or_default()));
        }
    }
    true
}

#[test]
#[ignore = "it is what another test starts"]
fn nursery() {
    let here = std::env::current_dir().unwrap();
    if !here.join(MARKER).exists() {
        return;
    }
    let (cache, mut random) = (open(&here), Random(u64::from(std::process::id())));
    for _ in 0..ROUNDS {
        let seeds: Vec<_> = (0..AT_ONCE).map(|_| random.below(u64::MAX)).collect();
        let use_for_ever = |seed| {
            let mut random = Random(seed);
            while use_once(&cache, &mut random) {}
            false
        };
        let children: Vec<_> = seeds.into_iter().map(|seed| child(|| use_for_ever(seed))).collect();
        for child in children {
            sleep(Duration::from_micros(random.below(4_000)));
            // SAFETY: it is a child of this process that was not waited for yet.
            unsafe { libc::kill(child, libc::SIGKILL) };
            assert_eq!(ended(child), libc::SIGKILL, "it found what nobody wrote");
        }
    }
}

#[test]
fn a_thousand_kills_leave_no_bad_value_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    File::create(directory.path().join(MARKER)).unwrap();
    let mut nursery = Command::new(std::env::current_exe().unwrap());
    nursery.args(["--exact", "nursery", "--ignored", "--test-threads", "1"]).current_dir(directory.path());
    let mut nursery = nursery.stdout(Stdio::null()).spawn().unwrap();
    let (mut random, mut longest, mut uses, mut damaged) = (Random(7), Duration::ZERO, 0, 0);
    let outcome = loop {
        if let Some(outcome) = nursery.try_wait().unwrap() {
            break outcome;
        }
        let (cache, begun) = (open(directory.path()), Instant::now());
        assert!((0..20).all(|_| use_once(&cache, &mut random)), "it found what nobody wrote");
        (longest, uses) = (longest.max(begun.elapsed()), uses + 20);
        damaged += cache.statistics().damaged;
        sleep(Duration::from_millis(1));
    };
    assert!(outcome.success(), "{outcome}");
    // A kill in the middle of writing over an entry leaves neither, which its checksum shows.
    println!(
        "{damaged} of {uses} uses found an entry that was being written; beside {} kills, 20 of them in {longest:?} at most",
        ROUNDS * AT_ONCE
    );
    assert!(uses > 100 && longest < Duration::from_secs(5), "who lives goes on: {uses} in {longest:?}");
    for key in 0..KEYS {
        let cache = open(directory.path());
        assert!(cache.get(key.to_string()).is_none_or(|found| is_whole(key, &found)), "{key}");
        assert!(cache.statistics().damaged == 0 || cache.get(key.to_string()).is_none(), "{key}");
    }
    no_debris_stays(directory.path());
}

/// What is on disk is within the budget, and what killed writers left goes when it is old.
fn no_debris_stays(directory: &Path) {
    let files = files(&directory.join("cache"));
    let bytes: u64 = files.iter().map(|it| it.metadata().unwrap().blocks() * 512).sum();
    let unfinished: Vec<_> = files.iter().filter(|it| is_unfinished(it)).collect();
    println!("{bytes} bytes in {} files, {} of them unfinished", files.len(), unfinished.len());
    assert!(bytes < BUDGET * 2 && unfinished.len() < 50, "{bytes} bytes, {} unfinished", unfinished.len());
    let shard = files.iter().find(|it| it.file_name().unwrap().len() == 64).unwrap().parent().unwrap();
    let own = shard.join(".1-1");
    fs::write(&own, "").unwrap();
    for path in unfinished.into_iter().chain([&own]) {
        let long_ago = SystemTime::now() - Duration::from_mins(10);
        File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    let cache = open(directory);
    // Who writes looks through directories now and then, and who invalidates through that of tags.
    (0..16).for_each(|_| cache.invalidate("0"));
    let is_swept = (0..30_000_u64).step_by(1_000).any(|first| {
        (first..first + 1_000).for_each(|it| drop(cache.put(it.to_string(), &Policy::forever(), value(1, it))));
        !self::files(&directory.join("cache")).iter().any(|it| is_unfinished(it))
    });
    assert!(is_swept, "a sweep finds them");
}

fn is_unfinished(path: &Path) -> bool {
    path.file_name().unwrap().as_encoded_bytes().starts_with(b".")
}

/// All files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn both_sides_of_a_fork_write() {
    let directory = tempfile::tempdir().unwrap();
    // So that nothing has to go, however unevenly the keys are spread.
    let open = || with_room(directory.path(), BUDGET * 64);
    let cache = open();
    cache.put("before", &Policy::forever(), value(0, 1));
    let write = |side: &str| {
        (0..64).for_each(|key| drop(cache.put(format!("{side} {key}"), &Policy::forever(), value(key, 7))));
        (0..64).all(|key| cache.get(format!("{side} {key}")) == Some(value(key, 7)))
    };
    let child = child(|| write("child") && cache.get("before") == Some(value(0, 1)));
    assert!(write("parent"));
    assert_eq!(ended(child), 0);
    let fresh = open();
    for side in ["child", "parent"] {
        assert!((0..64).all(|key| fresh.get(format!("{side} {key}")) == Some(value(key, 7))), "{side}");
    }
}

#[test]
fn children_work_while_other_threads_of_their_parent_fill() {
    let directory = tempfile::tempdir().unwrap();
    let (cache, is_over) = (open(directory.path()), AtomicBool::new(false));
    let process_alone = Cache::builder("test").bytes();
    thread::scope(|scope| {
        // Who writes no files has locks most of the time.
        for (seed, filled) in [(1, &cache), (2, &process_alone), (3, &process_alone)] {
            let is_over = &is_over;
            scope.spawn(move || {
                let mut random = Random(seed);
                while !is_over.load(Ordering::Acquire) {
                    assert!(use_once(filled, &mut random));
                }
            });
        }
        let children: Vec<_> = (0..40)
            .map(|seed| {
                sleep(Duration::from_millis(2));
                child(|| {
                    let mut random = Random(1_000 + seed);
                    (0..20).all(|_| use_once(&cache, &mut random) && use_once(&process_alone, &mut random))
                })
            })
            .collect();
        let outcomes: Vec<_> = children.into_iter().map(ended).collect();
        is_over.store(true, Ordering::Release);
        assert!(outcomes.iter().all(|it| *it == 0), "{outcomes:?}");
    });
}

#[test]
fn a_full_disk_costs_no_value_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mounted) = Mounted::small(directory.path()) else { return println!("skipped: no right to mount") };
    let cache = Cache::builder("test").directory(mounted.0.join("cache")).bytes();
    for key in 0..400 {
        let compute = || Ok::<_, Infallible>(Some(value(key, 1)));
        assert_eq!(cache.get_or_compute(key.to_string(), &Policy::forever(), compute), Ok(Some(value(key, 1))));
    }
    assert!(cache.statistics().errors > 0, "it was full");
    // Nor is what cannot be written down good in this process.
    cache.put("tagged", &Policy::forever().tags(["tag"]), value(0, 1));
    cache.invalidate("tag");
    assert_eq!(cache.get("tagged"), None);
    let files = files(&mounted.0);
    assert!(files.iter().all(|it| !is_unfinished(it)), "{files:?}");
    let fresh = Cache::builder("test").directory(mounted.0.join("cache")).bytes();
    let found: Vec<_> = (0..400).filter_map(|key| Some((key, fresh.get(key.to_string())?))).collect();
    assert!(found.len() > 10 && found.len() < 400, "{}", found.len());
    assert!(found.iter().all(|(key, found)| is_whole(*key, found)) && fresh.statistics().damaged == 0);
    assert!(fresh.remove("1"), "there is room again");
    fresh.put("tagged", &Policy::forever().tags(["tag"]), value(0, 2));
    assert_eq!(fresh.get("tagged"), Some(value(0, 2)));
}

#[test]
fn a_read_only_disk_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mounted) = Mounted::small(directory.path()) else { return println!("skipped: no right to mount") };
    open(&mounted.0).put("there", &Policy::forever(), value(0, 1));
    mounted.make_read_only();
    let (before, cache) = (files(&mounted.0), open(&mounted.0));
    assert!(cache.problem().unwrap().contains("Read-only"), "{:?}", cache.problem());
    let compute = || Ok::<_, Infallible>(Some(value(1, 1)));
    assert_eq!(cache.get_or_compute("new", &Policy::forever(), compute), Ok(Some(value(1, 1))));
    assert_eq!((cache.get("new"), cache.statistics().errors), (Some(value(1, 1)), 1));
    assert_eq!(files(&mounted.0), before);
}

/// A file system of half a mebibyte.
struct Mounted(PathBuf);

impl Mounted {
    fn small(below: &Path) -> Option<Self> {
        let path = below.join("small");
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"]).arg(&path).stderr(Stdio::null());
        mount.status().is_ok_and(|it| it.success()).then_some(Self(path))
    }

    fn make_read_only(&self) {
        let status = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
