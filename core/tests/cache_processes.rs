//! The cache between processes: one computes for all, and any of them may be killed.
#![cfg(all(feature = "cache", feature = "host"))]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::cache::{Cache, Claim, Policy, Step};
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::children::{child, ended};

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
        let child = child(|| {
            let known = cache.get("known") == Some(value(3));
            let computed = cache.get_or_compute("key", &Policy::forever(), || Ok::<_, Infallible>(Some(value(5))));
            cache.put("child", &Policy::forever(), value(6));
            known && computed.is_ok_and(|it| it.is_some())
        });
        assert_eq!(ended(child), 0);
    });
    assert_eq!(cache.get("child"), Some(value(6)));
}

#[test]
fn a_child_tells_what_it_has_done_and_not_what_its_parent_has() {
    let directory = tempfile::tempdir().unwrap();
    let cache = open(directory.path());
    let miss = |times: usize| (0..times).all(|_| cache.get("absent").is_none());
    assert!(miss(3));
    let child = child(|| {
        let has_missed = miss(2);
        cache.tell_now(&cache.statistics());
        has_missed
    });
    assert_eq!(ended(child), 0);
    let misses = || headstart::cache::usage(&directory.path().join("cache")).unwrap()[0].statistics.misses;
    assert_eq!(misses(), 2);
    cache.tell_now(&cache.statistics());
    assert_eq!(misses(), 5);
}

#[test]
fn a_turn_of_a_child_stays_its_own_when_it_closes_another_cache() {
    let directory = tempfile::tempdir().unwrap();
    let (cache, policy) = (open(directory.path()), Policy::forever());
    let claim = |cache: &Cache<Bytes>| {
        let Step::Compute(work) = cache.ask("key") else { panic!("it is not there") };
        cache.claim(work, &policy, Duration::ZERO)
    };
    drop(claim(&cache));
    let (claimed, seen) = (directory.path().join("claimed"), directory.path().join("seen"));
    let child = child(|| {
        let Claim::Compute(_work) = claim(&cache) else { return false };
        let other = open(directory.path());
        let is_busy = matches!(claim(&other), Claim::Busy(_));
        drop(other);
        fs::write(&claimed, "").unwrap();
        wait_for(&seen);
        is_busy
    });
    wait_for(&claimed);
    assert!(matches!(claim(&cache), Claim::Busy(_)), "the child has it");
    fs::write(&seen, "").unwrap();
    assert_eq!(ended(child), 0);
    assert!(matches!(claim(&cache), Claim::Compute(_)));
}
