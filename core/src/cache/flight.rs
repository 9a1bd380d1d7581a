//! One computation at a time for a key: who comes while it runs waits for its outcome.

use super::kept::Kept;
use super::key::KeyHash;
#[cfg(all(test, shuttle))]
use shuttle::sync::{Condvar, Mutex, MutexGuard};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
#[cfg(not(all(test, shuttle)))]
use std::sync::{Condvar, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// The computations that run.
#[derive(Debug)]
pub(super) struct Flights<V> {
    running: Arc<Mutex<HashMap<KeyHash, Arc<Flight<V>>>>>,
}

/// What one who asks for a value has to do.
#[derive(Debug)]
pub(super) enum Part<V> {
    /// To compute it.
    Lead(Lead<V>),
    /// To wait for the one who does.
    Wait(Arc<Flight<V>>),
}

/// What a wait came to.
#[derive(Debug)]
pub enum Outcome<V> {
    /// The value, or that there is none.
    Landed(Kept<V>),
    /// The one who computed it has given up: somebody else is to.
    GivenUp,
    /// It took longer than one may wait.
    Overdue,
}

impl<V> Default for Flights<V> {
    fn default() -> Self {
        Self { running: Arc::new(Mutex::new(HashMap::new())) }
    }
}

impl<V: Clone> Flights<V> {
    /// Leads where nobody does.
    pub(super) fn join(&self, key: KeyHash) -> Part<V> {
        let mut running = lock(&self.running);
        if let Some(flight) = running.get(&key) {
            return Part::Wait(Arc::clone(flight));
        }
        Part::Lead(self.begin(&mut running, key))
    }

    /// Leads whoever does: what that one comes to is not kept.
    pub(super) fn lead_anew(&self, key: KeyHash) -> Lead<V> {
        let mut running = lock(&self.running);
        running.remove(&key).iter().for_each(|flight| flight.forget());
        self.begin(&mut running, key)
    }

    /// What is being computed for a key is not kept, and nobody who comes now gets it.
    pub(super) fn forget(&self, key: &KeyHash) {
        lock(&self.running).remove(key).iter().for_each(|flight| flight.forget());
    }

    /// The same for all keys.
    pub(super) fn forget_all(&self) {
        lock(&self.running).drain().for_each(|(_, flight)| flight.forget());
    }

    fn begin(&self, running: &mut HashMap<KeyHash, Arc<Flight<V>>>, key: KeyHash) -> Lead<V> {
        let flight = Arc::new(Flight::default());
        running.insert(key, Arc::clone(&flight));
        Lead { running: Arc::clone(&self.running), key, flight }
    }
}

/// One computation.
#[derive(Debug)]
pub(super) struct Flight<V> {
    state: Mutex<Flying<V>>,
    over: Condvar,
}

#[derive(Debug)]
struct Flying<V> {
    /// `None` while it runs; then the value, where there came one.
    ended: Option<Ended<V>>,
    /// Whether what it comes to is not to be kept.
    is_forgotten: bool,
    wakers: Vec<Waker>,
}

#[derive(Debug, Clone)]
enum Ended<V> {
    Landed(Kept<V>),
    GivenUp,
}

impl<V> Default for Flight<V> {
    fn default() -> Self {
        Self {
            state: Mutex::new(Flying { ended: None, is_forgotten: false, wakers: Vec::new() }),
            over: Condvar::new(),
        }
    }
}

impl<V> Flight<V> {
    fn forget(&self) {
        lock(&self.state).is_forgotten = true;
    }
}

impl<V: Clone> Flight<V> {
    /// Waits on this thread.
    pub(super) fn wait(&self, within: Duration) -> Outcome<V> {
        let begun = Instant::now();
        let mut state = lock(&self.state);
        loop {
            if let Some(ended) = &state.ended {
                return ended.clone().into();
            }
            let left = within.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Outcome::Overdue;
            }
            state = self.over.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The outcome where it is there; else the waker is woken when it is.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Outcome<V>> {
        let mut state = lock(&self.state);
        if let Some(ended) = &state.ended {
            return Poll::Ready(ended.clone().into());
        }
        // Who looks often waits once.
        if !state.wakers.iter().any(|it| it.will_wake(waker)) {
            state.wakers.push(waker.clone());
        }
        Poll::Pending
    }
}

impl<V> From<Ended<V>> for Outcome<V> {
    fn from(ended: Ended<V>) -> Self {
        match ended {
            Ended::Landed(kept) => Self::Landed(kept),
            Ended::GivenUp => Self::GivenUp,
        }
    }
}

/// Held by the one who computes; dropped before it lands, the others are released.
#[derive(Debug)]
pub(super) struct Lead<V> {
    running: Arc<Mutex<HashMap<KeyHash, Arc<Flight<V>>>>>,
    key: KeyHash,
    flight: Arc<Flight<V>>,
}

impl<V> Lead<V> {
    /// Gives the others the value, or that there is none, where it `is_good` still when no more of them can come: what was
    /// invalidated meanwhile is not for who asked after that.
    pub(super) fn land(self, kept: Kept<V>, is_good: impl FnOnce(&Kept<V>) -> bool) {
        self.leave();
        if is_good(&kept) {
            self.end(Ended::Landed(kept));
        }
    }

    /// Whether the key was forgotten, or given another value, since this began.
    pub(super) fn is_forgotten(&self) -> bool {
        lock(&self.flight.state).is_forgotten
    }

    /// Who comes now begins another.
    fn leave(&self) {
        let mut running = lock(&self.running);
        if running.get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            running.remove(&self.key);
        }
    }

    fn end(&self, ended: Ended<V>) {
        let mut state = lock(&self.flight.state);
        if state.ended.is_some() {
            return;
        }
        state.ended = Some(ended);
        let wakers = std::mem::take(&mut state.wakers);
        // What a waker does may take this lock.
        drop(state);
        self.flight.over.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<V> Drop for Lead<V> {
    fn drop(&mut self) {
        self.leave();
        self.end(Ended::GivenUp);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::super::key::Namespace;
    use super::*;
    use std::thread;

    fn key() -> KeyHash {
        KeyHash::of(&Namespace::new("function", "", "bytes"), b"key")
    }

    #[test]
    fn one_computes_and_all_have_the_value() {
        let flights = Flights::default();
        let Part::Lead(lead) = flights.join(key()) else { panic!("nobody led") };
        let others: Vec<_> = (0..15).map(|_| flights.join(key())).collect();
        thread::scope(|scope| {
            let wait = |part| match part {
                Part::Lead(_) => panic!("two lead"),
                Part::Wait(flight) => flight.wait(Duration::from_secs(10)),
            };
            let waiting: Vec<_> = others.into_iter().map(|part| scope.spawn(move || wait(part))).collect();
            lead.land(Kept::unkept(Some(7)), |_| true);
            for outcome in waiting.into_iter().map(|it| it.join().unwrap()) {
                assert!(matches!(outcome, Outcome::Landed(kept) if kept.value() == Some(&7)));
            }
        });
    }

    #[test]
    fn what_is_not_good_any_more_is_nobody_s_and_the_next_leads() {
        let flights = Flights::default();
        let Part::Lead(lead) = flights.join(key()) else { panic!("nobody led") };
        let Part::Wait(flight) = flights.join(key()) else { panic!("two lead") };
        let mut next = None;
        lead.land(Kept::unkept(Some(7)), |_| {
            next = Some(flights.join(key()));
            false
        });
        assert!(matches!(next, Some(Part::Lead(_))), "nobody comes to a computation that is over");
        assert!(matches!(flight.wait(Duration::ZERO), Outcome::GivenUp));
        assert!(matches!(flights.join(key()), Part::Wait(_)), "the end of one is not that of the next");
    }

    #[test]
    fn who_waits_is_released_or_does_not_wait_for_ever() {
        let flights = Flights::<u32>::default();
        let Part::Lead(lead) = flights.join(key()) else { panic!("nobody led") };
        let Part::Wait(flight) = flights.join(key()) else { panic!("two lead") };
        assert!(matches!(flight.wait(Duration::from_millis(10)), Outcome::Overdue));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| flight.wait(Duration::from_secs(10)));
            thread::sleep(Duration::from_millis(20));
            drop(lead);
            assert!(matches!(waiting.join().unwrap(), Outcome::GivenUp));
        });
        assert!(matches!(flights.join(key()), Part::Lead(_)));
    }
}
