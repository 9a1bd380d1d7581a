//! Caches on a real Valkey or Redis server.
#![cfg(all(feature = "redis-store", feature = "host"))]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::cache::{Cache, Claim, Namespace, Policy, RedisStore, Step, Store};
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};
use support::children::{child, ended};
use support::server::Server;

type Bytes = Arc<[u8]>;

/// A server, or the end of a test that cannot be run here.
macro_rules! server {
    () => {
        match Server::start() {
            Some(server) => server,
            None => return println!("skipped: no Valkey or Redis server: `cargo xtask valkey` fetches one"),
        }
    };
}

/// What another process would open.
fn open(url: &str) -> Cache<Bytes> {
    // Machines on which tests run are busy.
    Cache::builder("test").redis(url).patience(Duration::from_secs(10)).wait(Duration::from_secs(20)).bytes()
}

fn bytes(text: &str) -> Bytes {
    text.as_bytes().into()
}

fn compute(text: &str) -> impl FnOnce() -> Result<Option<Bytes>, Infallible> {
    let value = bytes(text);
    move || Ok(Some(value))
}

/// The names of all keys that begin so.
fn keys(connection: &mut redis::Connection, kind: &str) -> Vec<String> {
    redis::cmd("KEYS").arg(format!("headstart:{{*}}:{kind}:*")).query(connection).unwrap()
}

#[test]
fn values_are_found_by_all_and_live_as_long_as_they_are_good() {
    let server = server!();
    let (url, mut connection) = (server.url(), server.connection());
    open(&url).put(
        "key",
        &Policy::ttl(Duration::from_secs(100)).stale_on_error(Duration::from_secs(20)),
        bytes("value"),
    );
    assert_eq!(open(&url).get("key"), Some(bytes("value")));
    let [entry] = keys(&mut connection, "entry").try_into().unwrap();
    let lives: i64 = redis::cmd("PTTL").arg(&entry).query(&mut connection).unwrap();
    assert!((60_000..=120_000).contains(&lives), "{lives}");
    assert_eq!(Cache::builder("other").redis(&url).bytes().get("key"), None);
    assert_eq!(Cache::builder("test").code("2").redis(&url).bytes().get("key"), None);
    open(&url).put("for ever", &Policy::forever(), bytes("value"));
    let none = Policy::forever().negative_ttl(Duration::from_secs(9));
    assert_eq!(open(&url).get_or_compute("none", &none, || Ok::<_, Infallible>(None)), Ok(None));
    assert_eq!(open(&url).find("none").unwrap().value(), None);
    open(&url).put("mine", &Policy::forever().no_snapshot(), bytes("secret"));
    assert_eq!((open(&url).get("for ever"), open(&url).get("mine")), (Some(bytes("value")), None));
    assert!(open(&url).remove("key") && !open(&url).remove("key"));
    let all: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut connection).unwrap();
    assert!(all.iter().all(|it| it.starts_with("headstart:{")), "{all:?}");
    let large = vec![7; (1 << 20) + 1];
    let cache = open(&url);
    cache.put("large", &Policy::forever(), large.into());
    assert_eq!((open(&url).get("large"), cache.statistics().errors), (None, 1));
}

#[test]
fn one_computes_for_all() {
    let server = server!();
    let (url, computed) = (server.url(), AtomicU32::new(0));
    let ask = || {
        open(&url).get_or_compute("key", &Policy::forever(), || {
            sleep(Duration::from_millis(100));
            computed.fetch_add(1, Ordering::AcqRel);
            Ok::<_, Infallible>(Some(bytes("value")))
        })
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        assert!(all.into_iter().all(|it| it.join().unwrap() == Ok(Some(bytes("value")))));
    });
    assert_eq!(computed.load(Ordering::Acquire), 1);
}

#[test]
fn a_turn_is_let_go_of_by_who_has_it_and_by_nobody_else() {
    let server = server!();
    let (url, mut connection, policy) = (server.url(), server.connection(), Policy::forever());
    let (one, other) = (open(&url), open(&url));
    let claim = |cache: &Cache<Bytes>| {
        let Step::Compute(work) = cache.ask("key") else { panic!("it is not there") };
        cache.claim(work, &policy, Duration::ZERO)
    };
    let Claim::Compute(first) = claim(&one) else { panic!("nobody has it") };
    assert!(matches!(claim(&other), Claim::Busy(_)));
    let [turn] = keys(&mut connection, "turn").try_into().unwrap();
    let lives: i64 = redis::cmd("PTTL").arg(&turn).query(&mut connection).unwrap();
    assert!(lives > 0 && lives <= 10_000, "who is killed is waited for no longer: {lives}");
    drop(first);
    assert!(keys(&mut connection, "turn").is_empty());
    let Claim::Compute(second) = claim(&other) else { panic!("it was let go of") };
    // It took too long, and another has it now.
    redis::cmd("SET").arg(&turn).arg("another").exec(&mut connection).unwrap();
    drop(second);
    assert_eq!(keys(&mut connection, "turn"), [turn]);
}

#[test]
fn tags_and_clearing_reach_all_and_what_the_server_forgets_is_not_good_again() {
    let server = server!();
    let (url, mut connection, policy) = (server.url(), server.connection(), Policy::forever().tags(["tag"]));
    let (one, other) = (open(&url), open(&url));
    one.put("tagged", &policy, bytes("1"));
    one.put("plain", &Policy::forever(), bytes("1"));
    assert_eq!((other.get("tagged"), other.get("plain")), (Some(bytes("1")), Some(bytes("1"))));
    one.invalidate("tag");
    assert_eq!((one.get("tagged"), other.get("tagged"), other.get("plain")), (None, None, Some(bytes("1"))));
    one.put("tagged", &policy, bytes("2"));
    assert_eq!(other.get("tagged"), Some(bytes("2")));
    for tag in keys(&mut connection, "tag") {
        redis::cmd("DEL").arg(tag).exec(&mut connection).unwrap();
    }
    assert_eq!((other.get("tagged"), open(&url).get("tagged"), open(&url).get("plain")), (None, None, None));
    one.put("tagged", &policy, bytes("3"));
    one.put("plain", &Policy::forever(), bytes("3"));
    assert_eq!((other.get("tagged"), open(&url).get("plain")), (Some(bytes("3")), Some(bytes("3"))));
    one.clear();
    assert_eq!((one.get("plain"), open(&url).get("plain")), (None, None));
    // It had seen the generation that is over.
    other.put("plain", &Policy::forever(), bytes("4"));
    assert_eq!(one.get("plain"), Some(bytes("4")));
}

#[test]
fn what_is_damaged_or_no_entry_is_a_miss() {
    let server = server!();
    let (url, mut connection) = (server.url(), server.connection());
    open(&url).put("key", &Policy::forever(), bytes("value"));
    let [entry] = keys(&mut connection, "entry").try_into().unwrap();
    let good: Vec<u8> = redis::cmd("GET").arg(&entry).query(&mut connection).unwrap();
    let mut flipped = good.clone();
    flipped[60] ^= 1;
    for bad in [flipped, good[..good.len() - 1].to_vec(), vec![1], vec![0; 2 << 20]] {
        redis::cmd("SET").arg(&entry).arg(&bad).exec(&mut connection).unwrap();
        let cache = open(&url);
        assert_eq!((cache.get("key"), cache.statistics().damaged), (None, 1));
        assert!(keys(&mut connection, "entry").is_empty(), "it is thrown away");
    }
    redis::cmd("LPUSH").arg(&entry).arg("no text").exec(&mut connection).unwrap();
    let cache = open(&url);
    assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute("new")), Ok(Some(bytes("new"))));
    assert_eq!((open(&url).get("key"), cache.statistics().errors > 0), (Some(bytes("new")), true));
}

#[test]
fn a_server_that_is_not_there_costs_next_to_nothing_and_is_found_when_it_is() {
    let mut server = server!();
    let cache = open(&server.url());
    cache.put("key", &Policy::forever(), bytes("value"));
    server.kill();
    let begun = Instant::now();
    for number in 0..200_u32 {
        let text = number.to_string();
        assert_eq!(cache.get_or_compute(&text, &Policy::forever(), compute(&text)), Ok(Some(bytes(&text))));
        assert_eq!(cache.get(&text), Some(bytes(&text)), "in the process at least");
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(cache.statistics().errors > 200);
    server.start_again();
    let begun = Instant::now();
    while open(&server.url()).get("again").is_none() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is not found again");
        cache.put("again", &Policy::forever(), bytes("value"));
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_connection_that_the_server_has_closed_is_opened_again() {
    let server = server!();
    let (cache, mut connection) = (open(&server.url()), server.connection());
    for number in 0..3_u32 {
        cache.put("key", &Policy::forever(), bytes(&number.to_string()));
        redis::cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec(&mut connection).unwrap();
        assert!(cache.remove("key"));
    }
    assert_eq!(cache.statistics().errors, 0);
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://user:hidden@{}", listener.local_addr().unwrap());
    let cache = Cache::builder("test").redis(&url).patience(Duration::from_millis(300)).bytes();
    let begun = Instant::now();
    for number in 0..50_u32 {
        let text = number.to_string();
        assert_eq!(cache.get_or_compute(&text, &Policy::forever(), compute(&text)), Ok(Some(bytes(&text))));
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(!format!("{cache:?} {:?}", Cache::builder("test").redis(&url)).contains("hidden"));
}

#[test]
fn an_address_that_is_none_leaves_the_process_alone() {
    let cache = Cache::builder("test").redis("no address").bytes();
    assert!(cache.problem().is_some() && !cache.is_shared());
    assert_eq!(cache.get_or_compute("key", &Policy::forever(), compute("value")), Ok(Some(bytes("value"))));
    assert_eq!(cache.get("key"), Some(bytes("value")));
    assert!(RedisStore::open("http://localhost", &Namespace::new("test", "", "bytes"), 1).is_err());
}

#[test]
fn a_child_has_connections_of_its_own_and_a_snapshot_none() {
    let server = server!();
    let (cache, mut connection) = (open(&server.url()), server.connection());
    let write = |side: &str| {
        (0..50).for_each(|key| drop(cache.put(format!("{side} {key}"), &Policy::forever(), bytes(side))));
        (0..50).all(|key| open(&server.url()).get(format!("{side} {key}")) == Some(bytes(side)))
    };
    assert!(write("before"));
    let Step::Compute(work) = cache.ask("turn") else { panic!("it is not there") };
    let Claim::Compute(work) = cache.claim(work, &Policy::forever(), Duration::ZERO) else { panic!("nobody has it") };
    let mut work = Some(work);
    let child = child(|| {
        drop(work.take());
        write("child")
    });
    assert!(write("parent"));
    assert_eq!((ended(child), keys(&mut connection, "turn").len()), (0, 1), "the turn is the parent's");
    drop(work);
    assert!(keys(&mut connection, "turn").is_empty());
    cache.before_snapshot();
    let mut clients = || redis::cmd("CLIENT").arg("LIST").query::<String>(&mut connection).unwrap().lines().count();
    let (begun, mut left) = (Instant::now(), clients());
    while left > 1 && begun.elapsed() < Duration::from_secs(5) {
        left = clients();
    }
    assert_eq!((left, cache.get("parent 1")), (1, Some(bytes("parent"))));
}

#[test]
fn a_store_is_used_as_it_is() {
    let server = server!();
    let namespace = Namespace::new("test", "", "bytes");
    let store = RedisStore::open(&server.url(), &namespace, 100).unwrap();
    let (first, tag) = (store.generation(&[7; 16]).unwrap(), [7; 16]);
    assert_eq!(store.generation(&tag).unwrap(), first);
    store.invalidate(&tag).unwrap();
    assert_ne!(store.generation(&tag).unwrap(), first);
}
