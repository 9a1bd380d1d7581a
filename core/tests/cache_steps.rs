//! The steps of one who asks for a value, and what is promised of values that are invalidated while they are computed.
#![cfg(feature = "cache")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use headstart::cache::{Cache, Claim, Kept, Outcome, Policy, State, Step, Work};
use std::convert::Infallible;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

type Numbers = Cache<u32>;

const SECOND: u64 = 1_000_000_000;

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

fn of_the_process() -> Numbers {
    Cache::builder("test").json()
}

fn on_node(directory: &Path) -> Numbers {
    Cache::builder("test").directory(directory.join("cache")).json()
}

fn work(step: Step<u32>) -> Work<u32> {
    match step {
        Step::Compute(work) => work,
        other => panic!("{other:?}"),
    }
}

fn served(step: Step<u32>) -> Option<u32> {
    match step {
        Step::Serve(kept) => kept.into_value(),
        other => panic!("{other:?}"),
    }
}

/// Claims a work that nobody else has the turn for.
fn claimed(cache: &Numbers, work: Work<u32>, policy: &Policy) -> Work<u32> {
    match cache.claim(work, policy, Duration::ZERO) {
        Claim::Compute(work) => work,
        other => panic!("{other:?}"),
    }
}

fn complete(cache: &Numbers, work: Work<u32>, policy: &Policy, value: u32) -> Kept<u32> {
    cache.complete(work, policy, Ok::<_, Infallible>(Some(value))).unwrap()
}

#[test]
fn one_takes_all_steps_and_the_others_wait_for_it() {
    let (cache, policy) = (of_the_process(), Policy::ttl(seconds(60)));
    let first = work(cache.ask("key"));
    assert!(!first.is_refresh() && first.old().is_none());
    let Step::Wait(waiting) = cache.ask("key") else { panic!("it is being computed") };
    assert!(matches!(waiting.poll(Waker::noop()), Poll::Pending));
    assert!(matches!(waiting.wait(Duration::from_millis(1)), Outcome::Overdue));
    let first = claimed(&cache, first, &policy);
    let mut held = None;
    let done = cache.complete_with(first, &policy, Ok::<_, Infallible>(Some(7)), |kept| held = Some(kept.clone()));
    assert_eq!((done.unwrap().value(), held.unwrap().value()), (Some(&7), Some(&7)));
    assert!(matches!(waiting.poll(Waker::noop()), Poll::Ready(Outcome::Landed(kept)) if kept.value() == Some(&7)));
    assert_eq!(served(cache.ask("key")), Some(7));
}

#[test]
fn a_work_that_is_dropped_or_fails_is_the_next_one_s() {
    let (cache, policy) = (of_the_process(), Policy::forever());
    let first = work(cache.ask("key"));
    let Step::Wait(waiting) = cache.ask("key") else { panic!("it is being computed") };
    drop(first);
    assert!(matches!(waiting.wait(Duration::ZERO), Outcome::GivenUp));
    let second = claimed(&cache, work(cache.ask("key")), &policy);
    assert_eq!(cache.complete(second, &policy, Err::<Option<u32>, _>("no")).unwrap_err(), "no");
    let (own, mut third) = (work(cache.ask("key")), None);
    // One who has waited for long enough computes beside the one who is at it.
    if let Step::Wait(waiting) = cache.ask("key") {
        third = Some(cache.compute_anyway(waiting.into_work(), &policy));
    }
    assert_eq!(complete(&cache, third.unwrap(), &policy, 3).value(), Some(&3));
    assert_eq!((served(cache.ask("key")), cache.statistics().overdue), (Some(3), 1));
    drop(own);
}

#[test]
fn two_processes_take_turns() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other, policy) = (on_node(directory.path()), on_node(directory.path()), Policy::forever());
    let first = claimed(&one, work(one.ask("key")), &policy);
    let Claim::Busy(second) = other.claim(work(other.ask("key")), &policy, Duration::from_millis(5)) else {
        panic!("another is at it")
    };
    complete(&one, first, &policy, 7);
    let Claim::Serve(kept) = other.claim(second, &policy, seconds(5)) else { panic!("it is there") };
    assert_eq!(kept.into_value(), Some(7));
}

#[test]
fn who_computes_anew_waits_for_nobody_and_takes_the_place_of_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (on_node(directory.path()), on_node(directory.path()));
    let policy = Policy::ttl(seconds(60)).tags(["tag"]);
    let held = claimed(&one, work(one.ask("key")), &policy);
    complete(&other, other.renew("key", &policy), &policy, 1);
    complete(&other, other.renew("key", &policy), &policy, 2);
    drop(held);
    assert_eq!(served(one.ask("key")), Some(2));
    let begun = other.renew("key", &policy);
    one.invalidate("tag");
    complete(&other, begun, &policy, 3);
    work(one.ask("key"));
}

#[test]
fn a_refresh_waits_for_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let time = Arc::new(AtomicU64::new(1_800_000_000 * SECOND));
    let open = || -> Numbers {
        Cache::builder("test").directory(directory.path().join("cache")).clock(Arc::clone(&time)).json()
    };
    let (one, other) = (open(), open());
    let policy = Policy::ttl(seconds(10)).stale_while_revalidate(seconds(60));
    one.put("key", &policy, 1);
    time.fetch_add(11 * SECOND, Ordering::AcqRel);
    let first = claimed(&one, work(one.ask("key")), &policy);
    assert!(first.is_refresh() && first.old().and_then(Kept::value) == Some(&1));
    assert_eq!(served(one.ask("key")), Some(1), "the others are served");
    let second = work(other.ask("key"));
    let Claim::Serve(old) = other.claim(second, &policy, seconds(5)) else { panic!("another is at it") };
    assert_eq!((old.life().state(other.now()), old.into_value()), (State::Stale, Some(1)));
    complete(&one, first, &policy, 2);
    assert_eq!(served(other.ask("key")), Some(2));
}

#[test]
fn a_stale_value_is_served_at_once_where_another_thread_refreshes_it() {
    let time = Arc::new(AtomicU64::new(1_800_000_000 * SECOND));
    let cache: Arc<Numbers> = Arc::new(Cache::builder("test").clock(Arc::clone(&time)).json());
    let policy = Policy::ttl(seconds(10)).stale_while_revalidate(seconds(60));
    let mut refreshes = Vec::new();
    let ask = |value: Result<u32, &'static str>, refreshes: &mut Vec<Box<dyn FnOnce() + Send>>| {
        cache.get_or_refresh("key", &policy, |refresh| refreshes.push(refresh), move || value.map(Some))
    };
    assert_eq!((ask(Err("no"), &mut refreshes), ask(Ok(1), &mut refreshes)), (Err("no"), Ok(Some(1))));
    assert!(refreshes.is_empty(), "without a value one waits");
    time.fetch_add(11 * SECOND, Ordering::AcqRel);
    assert_eq!([ask(Ok(2), &mut refreshes), ask(Ok(3), &mut refreshes)], [Ok(Some(1)); 2]);
    let [refresh] = std::mem::take(&mut refreshes).try_into().ok().expect("one refreshes");
    thread::spawn(refresh).join().unwrap();
    assert_eq!(ask(Ok(4), &mut refreshes), Ok(Some(2)));
    time.fetch_add(11 * SECOND, Ordering::AcqRel);
    assert_eq!(ask(Ok(5), &mut refreshes), Ok(Some(2)));
    // It never ran: the next may.
    refreshes.clear();
    assert_eq!((ask(Ok(6), &mut refreshes), refreshes.len()), (Ok(Some(2)), 1));
    time.fetch_add(60 * SECOND, Ordering::AcqRel);
    refreshes.clear();
    assert_eq!(ask(Ok(7), &mut refreshes), Ok(Some(7)), "what is gone is not served");
}

#[test]
fn one_who_holds_values_is_told_how_good_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let open =
        || -> Numbers { Cache::builder("test").directory(directory.path().join("cache")).process_bytes(0).json() };
    let (cache, policy) = (open(), Policy::forever().tags(["tag"]));
    let held = cache.put("key", &policy, 7);
    assert_eq!((held.tags().len(), held.weight(), held.is_unfit_for_snapshots()), (1, 1, false));
    assert_eq!(served(cache.ask_holding("key", Some(held.clone()))), Some(7));
    assert_eq!(served(cache.ask_holding("key", None)), Some(7));
    assert_eq!((cache.statistics().node_hits, cache.statistics().entries), (2, 0));
    open().invalidate("tag");
    assert!(!cache.is_valid(held.tags()));
    drop(work(cache.ask_holding("key", Some(held))));
}

#[test]
fn what_is_found_says_how_long_it_is_good() {
    let time = Arc::new(AtomicU64::new(SECOND));
    let cache: Numbers = Cache::builder("test").clock(Arc::clone(&time)).json();
    assert!(cache.find("key").is_none());
    let put = cache.put("key", &Policy::ttl(seconds(10)).no_snapshot(), 7);
    let found = cache.find("key").unwrap();
    assert_eq!((found.life(), found.value()), (put.life(), Some(&7)));
    assert_eq!((found.life().created, found.life().fresh_until), (SECOND, 11 * SECOND));
    assert!(found.is_unfit_for_snapshots());
    let none = || Ok::<_, Infallible>(None);
    cache.get_or_compute("none", &Policy::ttl(seconds(9)).negative_ttl(seconds(2)), none).unwrap();
    let known = cache.find("none").unwrap();
    assert_eq!((known.value(), known.life().fresh_until, cache.get("none")), (None, 3 * SECOND, None));
    let unkept = cache.put("many", &Policy::forever().tags((0..17).map(|it| it.to_string())), 1);
    assert_eq!((unkept.life().state(cache.now()), unkept.value()), (State::Gone, Some(&1)));
}

#[test]
fn tags_work_in_the_process_alone() {
    let (cache, other) = (of_the_process(), of_the_process());
    let policy = Policy::forever().tags(["users", "user 7"]);
    for it in [&cache, &other] {
        it.put("tagged", &policy, 7);
        it.put("plain", &Policy::forever(), 1);
    }
    cache.invalidate("user 8");
    assert_eq!((cache.get("tagged"), cache.get("plain")), (Some(7), Some(1)));
    cache.invalidate("users");
    assert_eq!((cache.get("tagged"), cache.get("plain")), (None, Some(1)));
    assert_eq!(other.get("tagged"), Some(7), "another cache has tags of its own");
    cache.put("tagged", &policy, 8);
    assert_eq!(cache.get("tagged"), Some(8));
    cache.clear();
    assert_eq!((cache.get("tagged"), cache.get("plain")), (None, None));
}

/// A value's tag is invalidated while the value is computed: it is not for anybody who asks after that.
fn is_computed_anew(cache: &Numbers) {
    let policy = Policy::forever().tags(["row"]);
    let (begun, begins) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    thread::scope(|scope| {
        let policy = &policy;
        let first = scope.spawn(move || {
            cache.get_or_compute("key", policy, || {
                begun.send(()).unwrap();
                goes_on.recv().unwrap();
                Ok::<_, Infallible>(Some(1))
            })
        });
        begins.recv().unwrap();
        cache.invalidate("row");
        let Step::Wait(waiting) = cache.ask("key") else { panic!("it is being computed") };
        let second = scope.spawn(|| cache.get_or_compute("key", policy, || Ok::<_, Infallible>(Some(2))));
        go_on.send(()).unwrap();
        assert_eq!(first.join().unwrap(), Ok(Some(1)));
        assert!(matches!(waiting.wait(seconds(5)), Outcome::GivenUp));
        assert_eq!(second.join().unwrap(), Ok(Some(2)));
    });
    assert_eq!(cache.get("key"), Some(2));
}

#[test]
fn what_is_invalidated_while_it_is_computed_is_not_kept() {
    let directory = tempfile::tempdir().unwrap();
    is_computed_anew(&of_the_process());
    is_computed_anew(&on_node(directory.path()));
    assert_eq!(on_node(directory.path()).get("key"), Some(2));
}

#[test]
fn a_value_that_is_known_to_be_gone_does_not_come_back() {
    let time = Arc::new(AtomicU64::new(SECOND));
    let cache: Numbers = Cache::builder("test").clock(Arc::clone(&time)).json();
    let policy = Policy::ttl(seconds(10)).stale_on_error(seconds(60));
    cache.put("key", &policy, 1);
    time.fetch_add(11 * SECOND, Ordering::AcqRel);
    assert_eq!(cache.get_or_compute("key", &policy, || Ok::<_, Infallible>(None)), Ok(None));
    assert_eq!(cache.get_or_compute("key", &policy, || Err("no")), Err("no"));
}

#[test]
fn what_was_put_before_another_process_cleared_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let time = Arc::new(AtomicU64::new(1_800_000_000 * SECOND));
    let open = || -> Numbers {
        Cache::builder("test").directory(directory.path().join("cache")).clock(Arc::clone(&time)).json()
    };
    let (one, other) = (open(), open());
    one.put("key", &Policy::forever(), 1);
    other.clear();
    time.fetch_add(2 * SECOND, Ordering::AcqRel);
    assert_eq!(one.get("key"), None, "although it had not looked before");
    one.put("mine", &Policy::forever().no_snapshot(), 2);
    assert_eq!(one.get("mine"), Some(2), "what was put after that stays");
}

#[test]
fn a_damaged_tag_makes_nothing_good_again() {
    let directory = tempfile::tempdir().unwrap();
    let (cache, policy) = (on_node(directory.path()), Policy::forever().tags(["tag"]));
    cache.put("key", &policy, 1);
    cache.invalidate("tag");
    let layout = directory.path().join("cache/1");
    let namespace = layout.read_dir().unwrap().next().unwrap().unwrap().path();
    let tag = namespace.join("tags").read_dir().unwrap().next().unwrap().unwrap().path();
    for damaged in [&b""[..], b"short", &[0; 9], &[7; 100]] {
        std::fs::write(&tag, damaged).unwrap();
        assert_eq!(on_node(directory.path()).get("key"), None, "{damaged:?}");
        cache.put("new", &policy, 2);
        assert_eq!(on_node(directory.path()).get("new"), Some(2), "{damaged:?}: it works on");
    }
}
