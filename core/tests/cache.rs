//! The cache on a real file system: its life, its callers, its faults.
#![cfg(feature = "cache")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::cache::{self, Cache, Policy, Statistics};
use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

type Bytes = Arc<[u8]>;
/// What may stand where an entry should, and how it comes there.
type StandIn<'a> = (&'a str, Box<dyn Fn() + 'a>);

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_800_000_000 * SECOND;

/// A directory, and the time as it is said to be.
struct Place {
    directory: TempDir,
    time: Arc<AtomicU64>,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), time: Arc::new(START.into()) }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    /// What a process that comes new would open.
    fn open(&self) -> Cache<Bytes> {
        Cache::builder("test").directory(self.path()).clock(Arc::clone(&self.time)).bytes()
    }

    fn pass(&self, seconds: u64) {
        self.time.fetch_add(seconds * SECOND, Ordering::AcqRel);
    }
}

fn bytes(text: &str) -> Bytes {
    text.as_bytes().into()
}

fn compute(text: &str) -> impl FnOnce() -> Result<Option<Bytes>, Infallible> {
    let value = bytes(text);
    move || Ok(Some(value))
}

fn fail() -> Result<Option<Bytes>, &'static str> {
    Err("no")
}

/// All entries below a directory.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match fs::symlink_metadata(&path).unwrap().is_dir() {
                true => left.push(path),
                false if path.file_name().unwrap().len() == 64 => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn values_are_found_in_the_process_and_on_the_node() {
    let place = Place::new();
    let policy = Policy::ttl(Duration::from_secs(10));
    let (one, other) = (place.open(), place.open());
    one.put("key", &policy, bytes("value"));
    assert_eq!(one.get("key"), Some(bytes("value")));
    assert_eq!(other.get("key"), Some(bytes("value")));
    assert_eq!(other.get("key"), Some(bytes("value")));
    let Statistics { process_hits, node_hits, misses, entries, .. } = other.statistics();
    assert_eq!((process_hits, node_hits, misses, entries), (1, 1, 0, 1));
    place.pass(10);
    assert_eq!((one.get("key"), other.get("key"), place.open().get("key")), (None, None, None));
    assert!(one.remove("key") && !place.open().remove("key"));
}

#[test]
fn namespaces_never_meet() {
    let place = Place::new();
    let policy = Policy::forever();
    place.open().put("key", &policy, bytes("mine"));
    for other in ["Test", "test ", "other"] {
        assert_eq!(Cache::builder(other).directory(place.path()).bytes().get("key"), None);
    }
    assert_eq!(Cache::builder("test").code("2").directory(place.path()).bytes().get("key"), None);
    assert_eq!(Cache::builder("test").directory(place.path()).json::<String>().get("key"), None);
    let keys = ["../x", "/etc/passwd", "x\0y", "", "\u{e9}", "e\u{301}", &"k".repeat(10_240)];
    let cache = place.open();
    for key in keys {
        cache.put(key, &policy, bytes(key));
    }
    let again = place.open();
    for key in keys {
        assert_eq!(again.get(key), Some(bytes(key)), "{key:?}");
    }
    assert_eq!(entries(&place.path()).len(), keys.len() + 1);
}

#[test]
fn stale_values_are_served_while_one_refreshes_and_where_that_fails() {
    let place = Place::new();
    let policy = Policy::ttl(Duration::from_secs(10))
        .refresh_ahead(Duration::from_secs(2))
        .stale_while_revalidate(Duration::from_secs(5))
        .stale_on_error(Duration::from_mins(1));
    let cache = place.open();
    cache.put("key", &policy, bytes("first"));
    place.pass(9);
    // Due: who comes first computes, the value is served meanwhile.
    let seen = cache.get_or_compute("key", &policy, || {
        assert_eq!(cache.get_or_compute("key", &policy, fail).unwrap(), Some(bytes("first")));
        Ok::<_, Infallible>(Some(bytes("second")))
    });
    assert_eq!(seen, Ok(Some(bytes("second"))));
    place.pass(12);
    assert_eq!(cache.get("key"), None);
    assert_eq!(cache.get_or_compute("key", &policy, fail), Ok(Some(bytes("second"))));
    place.pass(30);
    assert_eq!(cache.get_or_compute("key", &policy, fail), Ok(Some(bytes("second"))));
    place.pass(60);
    assert_eq!(cache.get_or_compute("key", &policy, fail), Err("no"));
    assert!(cache.statistics().stale >= 3, "{:?}", cache.statistics());
}

#[test]
fn that_there_is_no_value_is_remembered_where_asked() {
    let place = Place::new();
    let cache = place.open();
    let none = || Ok::<_, Infallible>(None);
    assert_eq!(cache.get_or_compute("key", &Policy::forever(), none), Ok(None));
    let policy = Policy::forever().negative_ttl(Duration::from_secs(5));
    assert_eq!(cache.get_or_compute("key", &policy, none), Ok(None));
    assert_eq!(cache.get_or_compute("key", &policy, fail), Ok(None));
    assert_eq!(place.open().get_or_compute("key", &policy, fail), Ok(None));
    place.pass(5);
    assert_eq!(cache.get_or_compute("key", &policy, compute("value")), Ok(Some(bytes("value"))));
}

#[test]
fn tags_and_clearing_reach_other_processes() {
    let place = Place::new();
    let policy = Policy::forever().tags(["users", "user 7"]);
    let (one, other) = (place.open(), place.open());
    one.put("tagged", &policy, bytes("7"));
    one.put("plain", &Policy::forever(), bytes("x"));
    assert!(other.get("tagged").is_some() && other.get("plain").is_some());
    one.invalidate("user 7");
    assert_eq!((one.get("tagged"), other.get("tagged")), (None, None));
    assert!(one.get("plain").is_some() && other.get("plain").is_some());
    place.pass(2);
    one.clear();
    place.pass(2);
    assert_eq!((one.get("plain"), other.get("plain")), (None, None));
    // What was invalidated before it is written is good.
    one.put("tagged", &policy, bytes("8"));
    assert_eq!(other.get("tagged"), Some(bytes("8")));
    let many = Policy::forever().tags((0..17).map(|number| number.to_string()));
    one.put("many", &many, bytes("x"));
    assert_eq!((one.get("many"), one.statistics().errors), (None, 1));
}

#[test]
fn clocks_that_jump_and_restores_serve_nothing_that_has_expired() {
    let place = Place::new();
    let cache = place.open();
    let day = Policy::ttl(Duration::from_hours(1));
    cache.put("key", &day, bytes("value"));
    place.pass(86_400);
    assert_eq!(cache.get("key"), None);
    place.time.fetch_sub(2 * 86_400 * SECOND, Ordering::AcqRel);
    assert_eq!(cache.get("key"), None, "it is from a time that is not yet");
    let secret = Policy::forever().refresh_on_restore();
    cache.put("secret", &secret, bytes("old"));
    cache.put("mine", &Policy::forever().no_snapshot(), bytes("mine"));
    assert!(cache.get("secret").is_some() && place.open().get("mine").is_none());
    cache.before_snapshot();
    assert_eq!(cache.get("mine"), None);
    cache::restored(cache::epoch() + 1);
    assert_eq!((cache.get("secret"), place.open().get("secret")), (None, None));
}

#[test]
fn sixteen_threads_compute_once() {
    let place = Place::new();
    let (cache, computed) = (place.open(), AtomicU32::new(0));
    let slow = || {
        thread::sleep(Duration::from_millis(100));
        computed.fetch_add(1, Ordering::AcqRel);
        Ok::<_, Infallible>(Some(bytes("value")))
    };
    thread::scope(|scope| {
        let all: Vec<_> =
            (0..16).map(|_| scope.spawn(|| cache.get_or_compute("key", &Policy::forever(), slow))).collect();
        assert!(all.into_iter().all(|it| it.join().unwrap() == Ok(Some(bytes("value")))));
    });
    assert_eq!(computed.load(Ordering::Acquire), 1);
    assert!(cache.statistics().waits > 0);
}

#[test]
fn one_who_fails_releases_the_others_and_one_who_hangs_is_not_waited_for() {
    let place = Place::new();
    let patience = Duration::from_millis(200);
    let cache = Cache::builder("test").directory(place.path()).wait(patience).bytes();
    let tries = AtomicU32::new(0);
    let often_bad = || match tries.fetch_add(1, Ordering::AcqRel) {
        0..3 => Err("no"),
        _ => Ok(Some(bytes("value"))),
    };
    thread::scope(|scope| {
        let all: Vec<_> =
            (0..8).map(|_| scope.spawn(|| cache.get_or_compute("key", &Policy::forever(), often_bad))).collect();
        let outcomes: Vec<_> = all.into_iter().map(|it| it.join().unwrap()).collect();
        assert_eq!(outcomes.iter().filter(|it| it.is_err()).count(), 3, "{outcomes:?}");
    });
    thread::scope(|scope| {
        let (begun, begins) = std::sync::mpsc::channel();
        let cache = &cache;
        scope.spawn(move || {
            cache.get_or_compute("slow", &Policy::forever(), || {
                begun.send(()).unwrap();
                thread::sleep(patience * 5);
                Ok::<_, Infallible>(Some(bytes("late")))
            })
        });
        begins.recv().unwrap();
        assert_eq!(cache.get_or_compute("slow", &Policy::forever(), compute("own")), Ok(Some(bytes("own"))));
        // Another process, which waits at the lock.
        let other = Cache::builder("test").code("").directory(place.path()).wait(patience).bytes();
        assert_eq!(other.get("slow"), Some(bytes("own")));
    });
    assert!(cache.statistics().overdue >= 1);
}

#[cfg(feature = "host")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_tasks_compute_once_and_one_that_is_dropped_releases_the_others() {
    let place = Place::new();
    let (cache, computed) = (Arc::new(place.open()), Arc::new(AtomicU32::new(0)));
    let ask = |cache: Arc<Cache<Bytes>>, computed: Arc<AtomicU32>| async move {
        let policy = Policy::forever();
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            computed.fetch_add(1, Ordering::AcqRel);
            Ok::<_, Infallible>(Some(bytes("value")))
        };
        cache.get_or_compute_async("key", &policy, slow).await
    };
    let first = tokio::spawn(ask(Arc::clone(&cache), Arc::clone(&computed)));
    tokio::time::sleep(Duration::from_millis(30)).await;
    let others: Vec<_> = (0..16).map(|_| tokio::spawn(ask(Arc::clone(&cache), Arc::clone(&computed)))).collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.abort();
    for other in others {
        assert_eq!(other.await.unwrap(), Ok(Some(bytes("value"))));
    }
    assert_eq!(computed.load(Ordering::Acquire), 1);
}

#[test]
fn damaged_entries_are_misses() {
    let place = Place::new();
    place.open().put("key", &Policy::forever().tags(["tag"]), bytes("value"));
    let file = entries(&place.path()).remove(0);
    let good = fs::read(&file).unwrap();
    for at in 0..good.len() {
        for bad in [good[..at].to_vec(), [&good[..at], &[good[at] ^ 0x55], &good[at + 1..]].concat()] {
            fs::write(&file, bad).unwrap();
            let cache = place.open();
            assert_eq!(cache.get("key"), None, "byte {at}");
            assert_eq!(cache.statistics().damaged, 1);
            assert!(!file.exists(), "it is thrown away");
        }
    }
    fs::write(&file, vec![0; 64 << 20]).unwrap();
    assert_eq!(place.open().get("key"), None);
    fs::write(&file, good).unwrap();
    assert_eq!(place.open().get("key"), Some(bytes("value")));
}

#[test]
fn what_is_no_file_of_ours_is_refused_and_left() {
    let place = Place::new();
    place.open().put("key", &Policy::forever(), bytes("value"));
    let file = entries(&place.path()).remove(0);
    let good = fs::read(&file).unwrap();
    let target = place.directory.path().join("target");
    fs::write(&target, &good).unwrap();
    let stand_ins: [StandIn<'_>; 4] = [
        ("link", Box::new(|| symlink(&target, &file).unwrap())),
        ("hard link", Box::new(|| fs::hard_link(&target, &file).unwrap())),
        ("directory", Box::new(|| fs::create_dir(&file).unwrap())),
        ("fifo", Box::new(|| assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success()))),
    ];
    for (what, make) in stand_ins {
        if file.is_dir() {
            fs::remove_dir(&file).unwrap();
        } else {
            fs::remove_file(&file).unwrap();
        }
        make();
        let cache = place.open();
        assert_eq!(cache.get("key"), None, "{what}");
        assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute("new")), Ok(Some(bytes("new"))), "{what}");
        assert_eq!(fs::read(&target).unwrap(), good, "{what}: the target is as it was");
        if what != "directory" {
            assert_eq!(place.open().get("key"), Some(bytes("new")), "{what}: in its place");
        }
    }
}

#[test]
fn files_and_values_stay_within_their_budgets() {
    let place = Place::new();
    let budget = 4 << 20;
    let cache = Cache::builder("test").directory(place.path()).node_bytes(budget).process_bytes(1 << 20).bytes();
    for number in 0..4_000 {
        cache.put(number.to_string(), &Policy::forever(), vec![7; 3_000].into());
    }
    let used: u64 = entries(&place.path()).iter().map(|it| it.metadata().unwrap().len()).sum();
    assert!(used < budget * 2, "{used}");
    // Each as if it were a process of its own: none knows what the others write.
    let many: Vec<_> = (0..20)
        .map(|_| Cache::builder("test").directory(place.path()).node_bytes(budget).process_bytes(1).bytes())
        .collect();
    for (number, cache) in (4_000..12_000).zip(many.iter().cycle()) {
        cache.put(number.to_string(), &Policy::forever(), vec![7; 3_000].into());
    }
    let used: u64 = entries(&place.path()).iter().map(|it| it.metadata().unwrap().len()).sum();
    assert!(used < budget * 2, "{used}");
    let Statistics { evictions, bytes, entries, .. } = cache.statistics();
    assert!(evictions > 3_000 && bytes <= 1 << 20 && entries > 100, "{evictions} {bytes} {entries}");
    let before = cache.statistics().errors;
    cache.put("large", &Policy::forever(), vec![7; 1 << 20].into());
    assert_eq!(cache.statistics().errors, before + 1, "larger than a shard's part");
    let usage = cache::usage(&place.path()).unwrap();
    assert_eq!((usage.len(), usage[0].name.as_str()), (1, "test"));
    assert!(usage[0].statistics.entries > 100);
    cache::clear(&place.path(), Some("test")).unwrap();
    assert_eq!(cache::usage(&place.path()).unwrap()[0].statistics.entries, 0);
}

/// What all have done, as `usage` has it.
fn done(place: &Place) -> Statistics {
    cache::usage(&place.path()).unwrap()[0].statistics
}

#[test]
fn what_all_have_done_is_told_once_a_second_and_at_the_end() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    one.get_or_compute("key", &Policy::forever(), compute("value")).unwrap();
    assert_eq!(other.get("key"), Some(bytes("value")));
    assert_eq!(other.get("key"), Some(bytes("value")));
    assert_eq!(done(&place).misses, 0, "not told yet");
    place.pass(1);
    assert_eq!(other.get("key"), Some(bytes("value")));
    let Statistics { misses, node_hits, process_hits, entries, .. } = done(&place);
    assert_eq!((misses, node_hits, process_hits, entries), (0, 1, 1, 1));
    other.before_snapshot();
    drop(one);
    drop(other);
    let Statistics { misses, node_hits, process_hits, .. } = done(&place);
    assert_eq!((misses, node_hits, process_hits), (1, 1, 2));
}

#[test]
fn who_keeps_values_elsewhere_tells_them_too() {
    let place = Place::new();
    let cache = place.open();
    let mut more = cache.statistics();
    more.process_hits += 5;
    cache.tell_now(&more);
    cache.before_snapshot();
    cache.tell_now(&more);
    assert_eq!(done(&place).process_hits, 5);
}

#[test]
fn what_stands_where_the_figures_should_is_left() {
    let place = Place::new();
    let count = || drop(place.open().get("absent"));
    count();
    let namespace = fs::read_dir(place.path().join("1")).unwrap().next().unwrap().unwrap();
    let figures = &namespace.path().join("figures");
    let outside = place.directory.path().join("outside");
    fs::write(&outside, "mine").unwrap();
    fs::remove_file(figures).unwrap();
    symlink(&outside, figures).unwrap();
    count();
    assert_eq!((done(&place).misses, fs::read(&outside).unwrap()), (0, b"mine".to_vec()));
    fs::remove_file(figures).unwrap();
    fs::create_dir(figures).unwrap();
    count();
    assert_eq!((done(&place).misses, place.open().statistics().errors), (0, 0));
}

#[test]
fn an_older_value_does_not_come_back_in_place_of_one_that_cannot_be_written() {
    let place = Place::new();
    let cache = place.open();
    let keep =
        [Policy::forever(), Policy::forever().no_snapshot(), Policy::forever().tags((0..17).map(|it| it.to_string()))];
    for (policy, value) in keep.iter().zip([vec![0; 2 << 20], vec![0], vec![0]]) {
        cache.put("key", &Policy::forever(), bytes("old"));
        assert_eq!(place.open().get("key"), Some(bytes("old")));
        cache.put("key", policy, value.into());
        assert_eq!(place.open().get("key"), None);
    }
}
