//! The single flight under many orders of its threads' steps: `cargo xtask test --only proofs`.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Cache, Outcome, Policy, Step};
use shuttle::sync::Mutex;
use shuttle::thread::{self, JoinHandle};
use shuttle::{check_pct, check_random, future};
use std::sync::Arc;
use std::time::Duration;

/// So many orders of each kind are tried.
const ORDERS: usize = 4_000;
/// Of the orders by priority: so many times another thread comes first.
const CHANGES: usize = 3;

type Numbers = Arc<Cache<u32>>;

fn numbers() -> Numbers {
    Arc::new(Cache::builder("test").wait(Duration::from_hours(1)).json())
}

fn check(test: fn()) {
    check_random(test, ORDERS);
    check_pct(test, ORDERS, CHANGES);
}

fn each<T: Send + 'static>(threads: u32, run: impl Fn(u32) -> T + Clone + Send + 'static) -> Vec<T> {
    let spawn = |number| {
        let run = run.clone();
        thread::spawn(move || run(number))
    };
    let all: Vec<JoinHandle<T>> = (0..threads).map(spawn).collect();
    all.into_iter().map(|it| it.join().unwrap()).collect()
}

#[test]
fn one_computes_and_all_have_its_value() {
    check(|| {
        let (cache, computed) = (numbers(), Arc::new(Mutex::new(0)));
        let (asked, counted) = (Arc::clone(&cache), Arc::clone(&computed));
        let seen = each(3, move |_| {
            asked.get_or_compute("key", &Policy::forever(), || {
                let mut computed = counted.lock().unwrap();
                *computed += 1;
                Ok::<_, ()>(Some(*computed))
            })
        });
        assert!(seen.iter().all(|it| *it == Ok(Some(1))), "{seen:?}");
        assert_eq!(*computed.lock().unwrap(), 1);
    });
}

#[test]
fn one_that_fails_releases_the_others() {
    check(|| {
        let (cache, tries) = (numbers(), Arc::new(Mutex::new(0)));
        let seen = each(3, move |_| {
            cache.get_or_compute("key", &Policy::forever(), || {
                let mut tries = tries.lock().unwrap();
                *tries += 1;
                if *tries == 1 { Err(()) } else { Ok(Some(*tries)) }
            })
        });
        assert_eq!(seen.iter().filter(|it| it.is_err()).count(), 1, "{seen:?}");
        assert_eq!(seen.iter().filter(|it| **it == Ok(Some(2))).count(), 2, "{seen:?}");
    });
}

#[test]
fn what_was_invalidated_is_not_for_who_asks_after_that() {
    check(|| {
        let (cache, database) = (numbers(), Arc::new(Mutex::new(1)));
        let policy = Policy::forever().tags(["row"]);
        each(3, move |number| {
            if number == 0 {
                *database.lock().unwrap() = 2;
                cache.invalidate("row");
            }
            let seen = cache.get_or_compute("key", &policy, || Ok::<_, ()>(Some(*database.lock().unwrap())));
            assert!(number != 0 || seen == Ok(Some(2)), "{seen:?}");
        });
    });
}

#[test]
fn no_task_that_waits_is_forgotten() {
    check(|| {
        let cache = numbers();
        each(3, move |_| {
            loop {
                match cache.ask("key") {
                    Step::Serve(kept) => return assert_eq!(kept.value(), Some(&1)),
                    // The first of them gives up.
                    Step::Compute(work) if cache.statistics().misses == 1 => drop(work),
                    Step::Compute(work) => {
                        thread::yield_now();
                        let work = cache.compute_anyway(work, &Policy::forever());
                        cache.complete(work, &Policy::forever(), Ok::<_, ()>(Some(1))).unwrap();
                    }
                    Step::Wait(waiting) => match future::block_on(waiting.landed()) {
                        Outcome::Landed(kept) => return assert_eq!(kept.value(), Some(&1)),
                        Outcome::GivenUp => {}
                        Outcome::Overdue => panic!("a task waits for as long as it takes"),
                    },
                }
            }
        });
    });
}
