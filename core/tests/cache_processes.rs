//! The cache between processes: one computes for all, any of them may be killed, and disks are full.
#![cfg(feature = "cache")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::cache::{Cache, Policy};
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

type Bytes = Arc<[u8]>;

fn open(directory: &Path) -> Cache<Bytes> {
    Cache::builder("test").directory(directory.join("cache")).wait(Duration::from_secs(10)).bytes()
}

/// A value of which every byte says which it is.
fn value(number: u32) -> Bytes {
    vec![number.to_le_bytes()[0]; 2_000 + number as usize % 3_000].into()
}

/// Another process in a directory, with something to do.
struct Other(Child);

impl Other {
    fn start(directory: &Path, role: &str) -> Self {
        let arguments = ["--exact", "in_another_process", "--ignored", "--nocapture"];
        let mut command = Command::new(std::env::current_exe().unwrap());
        fs::write(directory.join(format!("{role}.role")), "").unwrap();
        command.args(arguments).current_dir(directory).arg("--").arg("--skip").arg(format!("role-{role}"));
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn ends_well(mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What this process was started to do: the test harness leaves a name that nothing has alone.
fn role() -> Option<String> {
    std::env::args().find_map(|it| it.strip_prefix("role-").map(str::to_owned))
}

#[test]
#[ignore = "it is what other tests start"]
fn in_another_process() {
    let here = std::env::current_dir().unwrap();
    let Some(role) = role() else { return };
    let cache = open(&here);
    match role.as_str() {
        "computes" => {
            let computed = cache.get_or_compute("key", &Policy::forever(), || {
                sleep(Duration::from_millis(300));
                fs::write(here.join(format!("computed.{}", std::process::id())), "").unwrap();
                Ok::<_, Infallible>(Some(value(7)))
            });
            assert_eq!(computed, Ok(Some(value(7))));
        }
        "hangs" => {
            let hang = || -> Result<_, Infallible> {
                fs::write(here.join("hanging"), "").unwrap();
                sleep(Duration::from_mins(1));
                Ok(None)
            };
            let _ = cache.get_or_compute("key", &Policy::forever(), hang);
        }
        "writes" => (0..u32::MAX).for_each(|number| {
            cache.put((number % 64).to_string(), &Policy::forever(), value(number));
        }),
        other => panic!("nobody knows {other}"),
    }
}

fn wait_for(path: &Path) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", path.display());
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn four_processes_compute_once() {
    let directory = tempfile::tempdir().unwrap();
    let all: Vec<_> = (0..4).map(|_| Other::start(directory.path(), "computes")).collect();
    assert!(all.into_iter().all(Other::ends_well));
    let names = fs::read_dir(directory.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.starts_with("computed.")).count(), 1);
}

/// How long one waits on for a value whose computation is killed.
fn wait_beyond_a_kill() -> Duration {
    let directory = tempfile::tempdir().unwrap();
    let mut other = Other::start(directory.path(), "hangs");
    wait_for(&directory.path().join("hanging"));
    let cache = open(directory.path());
    let waiting = std::thread::spawn(move || {
        let outcome = cache.get_or_compute("key", &Policy::forever(), || Ok::<_, Infallible>(Some(value(1))));
        (outcome, Instant::now())
    });
    sleep(Duration::from_millis(300));
    assert!(!waiting.is_finished(), "it waits");
    other.0.kill().unwrap();
    let killed = Instant::now();
    let (outcome, ended) = waiting.join().unwrap();
    assert_eq!(outcome, Ok(Some(value(1))));
    ended.saturating_duration_since(killed)
}

#[test]
fn who_waits_for_one_that_is_killed_goes_on_at_once() {
    // The best of some: on a busy machine neither of the two may have a processor for a while.
    let shortest = (0..5).map(|_| wait_beyond_a_kill()).min().unwrap();
    assert!(shortest < Duration::from_millis(100), "{shortest:?}");
}

#[test]
fn writers_that_are_killed_leave_no_bad_value_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let cache = open(directory.path());
    let mut seen = 0;
    for round in 0..100_u64 {
        let mut writers: Vec<_> = (0..2).map(|_| Other::start(directory.path(), "writes")).collect();
        sleep(Duration::from_millis(15 + round * 7 % 40));
        for writer in &mut writers {
            writer.0.kill().unwrap();
        }
        drop(writers);
        for number in 0..64 {
            // From the node: what this process holds is older.
            cache.before_snapshot();
            if let Some(found) = open(directory.path()).get(number.to_string()) {
                assert!(found.len() >= 2_000 && found.iter().all(|byte| *byte == found[0]), "{number}");
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "no writer came to write");
    let unfinished = unfinished(&directory.path().join("cache"));
    assert!(unfinished <= 10, "{unfinished} names of files that are not finished");
}

/// How many files have no entry's name yet.
fn unfinished(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    let count = |entry: fs::DirEntry| {
        if entry.file_type().unwrap().is_dir() {
            unfinished(&entry.path())
        } else {
            usize::from(entry.file_name().to_string_lossy().starts_with('.'))
        }
    };
    entries.map(count).sum()
}

#[test]
fn children_share_the_node_and_nothing_of_a_computation_that_runs() {
    let directory = tempfile::tempdir().unwrap();
    let cache = open(directory.path());
    cache.put("known", &Policy::forever(), value(3));
    std::thread::scope(|scope| {
        let (begun, begins) = std::sync::mpsc::channel();
        let filling = &cache;
        scope.spawn(move || {
            filling.get_or_compute("key", &Policy::forever(), || {
                begun.send(()).unwrap();
                sleep(Duration::from_millis(500));
                Ok::<_, Infallible>(Some(value(4)))
            })
        });
        begins.recv().unwrap();
        // SAFETY: the child calls what is tested, which is to work in a child of a process with threads, and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let known = cache.get("known") == Some(value(3));
            let computed = cache.get_or_compute("key", &Policy::forever(), || Ok::<_, Infallible>(Some(value(5))));
            cache.put("child", &Policy::forever(), value(6));
            // SAFETY: it ends this process without running what belongs to its parent.
            unsafe { libc::_exit(i32::from(!(known && computed.is_ok_and(|it| it.is_some())))) };
        }
        let mut status = 0;
        // SAFETY: the child is this process's, and the status has room.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    });
    assert_eq!(cache.get("child"), Some(value(6)));
}

#[test]
fn a_full_disk_costs_no_value_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mounted = Mounted::small(&directory.path().join("small"));
    let Some(mounted) = mounted else { return println!("skipped: no right to mount") };
    let cache = open(&mounted.0);
    for number in 0..400 {
        let found =
            cache.get_or_compute(number.to_string(), &Policy::forever(), || Ok::<_, Infallible>(Some(value(number))));
        assert_eq!(found, Ok(Some(value(number))));
    }
    assert!(cache.statistics().errors > 0, "it was full");
    let again = open(&mounted.0);
    let found = (0..400).filter_map(|number| again.get(number.to_string()).map(|it| it == value(number)));
    let found: Vec<_> = found.collect();
    assert!(found.len() > 10 && found.len() < 400 && found.iter().all(|is_right| *is_right), "{}", found.len());
    assert_eq!(again.statistics().damaged, 0);
}

/// A file system of half a mebibyte.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn small(path: &Path) -> Option<Self> {
        fs::create_dir(path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"]).arg(path).stderr(Stdio::null());
        mount.status().is_ok_and(|it| it.success()).then(|| Self(path.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
