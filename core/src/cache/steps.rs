//! The steps of one who asks for a value: for who cannot wait on a thread, or keeps values in a place of their own.
//!
//! ```
//! use headstart::cache::{Cache, Claim, Policy, Step};
//! use std::time::Duration;
//!
//! let (cache, policy) = (Cache::builder("report").bytes(), Policy::ttl(Duration::from_secs(300)));
//! let Step::Compute(work) = cache.ask("rows") else { panic!("it is there") };
//! let Claim::Compute(work) = cache.claim(work, &policy, Duration::ZERO) else { panic!("another computes it") };
//! let kept = cache.complete(work, &policy, Ok::<_, std::io::Error>(Some(b"slow"[..].into())));
//! assert_eq!(kept.unwrap().into_value().as_deref(), Some(&b"slow"[..]));
//! ```

use super::flight::{Flight, Lead, Outcome, Part};
use super::kept::Kept;
use super::key::Key;
use super::life::{Life, State};
use super::policy::Policy;
use super::store::Turn;
use super::tags::TagMark;
use super::tiers::{Cache, Found};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// What one who asks for a value does next.
#[derive(Debug)]
pub enum Step<V> {
    /// To serve this.
    Serve(Kept<V>),
    /// To wait for who computes it in this process.
    Wait(Waiting<V>),
    /// To [claim](Cache::claim) it, and to compute it.
    Compute(Work<V>),
}

/// What became of a claim.
#[derive(Debug)]
pub enum Claim<V> {
    /// Another process has computed it meanwhile, or is at it and this is still good.
    Serve(Kept<V>),
    /// It is to be computed.
    Compute(Work<V>),
    /// Another process is at it still: to be claimed again, or [computed anyway](Cache::compute_anyway).
    Busy(Work<V>),
}

/// Another's computation.
#[derive(Debug)]
pub struct Waiting<V> {
    key: Key,
    flight: Arc<Flight<V>>,
}

/// A value to be computed. Dropped, it releases those who wait for it.
#[derive(Debug)]
pub struct Work<V> {
    key: Key,
    /// Who else waits for it in this process; `None` for one who has waited for long enough.
    lead: Option<Lead<V>>,
    old: Option<Kept<V>>,
    is_refresh: bool,
    marks: Option<Vec<TagMark>>,
    /// The turn among processes; dropped last, when the value is kept.
    turn: Option<Box<dyn Turn>>,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// Begins: what is to be done for a key's value. Does not wait.
    pub fn ask(&self, key: impl AsRef<[u8]>) -> Step<V> {
        match self.fresh(key.as_ref(), self.now()) {
            Ok(kept) => Step::Serve(kept),
            Err(held) => self.ask_holding(key, held),
        }
    }

    /// The same for one who keeps values in a place of his own, and holds this one, which is not fresh.
    pub fn ask_holding(&self, key: impl AsRef<[u8]>, held: Option<Kept<V>>) -> Step<V> {
        let key = self.key(key.as_ref());
        let (old, is_refresh) = match self.look(&key, held, self.now()) {
            Found::Good(kept) => return Step::Serve(kept),
            Found::Old(kept, is_stale) => {
                if is_stale {
                    self.counters.stale.up();
                }
                (Some(kept), true)
            }
            Found::Nothing(old) => {
                self.counters.misses.up();
                (old, false)
            }
        };
        match (self.local.get().flights.join(key.hash), old) {
            (Part::Lead(lead), old) => {
                let work = Work { old, is_refresh, ..Work::new(key, Some(lead)) };
                // Another may have computed it between the look and this.
                match self.fresh(&work.key.bytes, self.now()) {
                    Ok(kept) => Step::Serve(self.land(work, kept)),
                    Err(_) => Step::Compute(work),
                }
            }
            (Part::Wait(_), Some(old)) if is_refresh => Step::Serve(old),
            (Part::Wait(flight), _) => {
                self.counters.waits.up();
                Step::Wait(Waiting { key, flight })
            }
        }
    }

    /// Takes the turn among processes to compute a value, waiting for it no longer than `within`; not at all for a
    /// [refresh](Work::is_refresh).
    pub fn claim(&self, mut work: Work<V>, policy: &Policy, within: Duration) -> Claim<V> {
        let within = if work.is_refresh { Duration::ZERO } else { within };
        match self.counted(|store| store.turn(&work.key.hash, within)) {
            None => {}
            Some(None) => {
                return match work.old.take_if(|_| work.is_refresh) {
                    Some(old) => Claim::Serve(self.land(work, old)),
                    None => Claim::Busy(work),
                };
            }
            Some(Some(turn)) => {
                if let Some(Found::Good(kept)) = self.look_on_node(&work.key, self.now()) {
                    return Claim::Serve(self.land(work, kept));
                }
                work.turn = Some(turn);
            }
        }
        work.marks = self.marks(policy);
        Claim::Compute(work)
    }

    /// The work of one who has waited for others for as long as one may.
    pub fn compute_anyway(&self, mut work: Work<V>, policy: &Policy) -> Work<V> {
        self.counters.overdue.up();
        work.marks = self.marks(policy);
        work
    }

    /// The work of one who computes a value anew, whatever there is and whoever is at it: what those come to is not kept.
    pub fn renew(&self, key: impl AsRef<[u8]>, policy: &Policy) -> Work<V> {
        let key = self.key(key.as_ref());
        let lead = self.local.get().flights.lead_anew(key.hash);
        Work { marks: self.marks(policy), ..Work::new(key, Some(lead)) }
    }

    /// Keeps what a claimed work came to and gives it to those who wait.
    ///
    /// Fails with what computing failed with, where no old value may be served instead.
    pub fn complete<E>(&self, work: Work<V>, policy: &Policy, outcome: Result<Option<V>, E>) -> Result<Kept<V>, E> {
        self.complete_with(work, policy, outcome, |_| {})
    }

    /// The same; what is to be held elsewhere too is given to `hold` before those who wait go on.
    pub fn complete_with<E>(
        &self,
        mut work: Work<V>,
        policy: &Policy,
        outcome: Result<Option<V>, E>,
        mut hold: impl FnMut(&Kept<V>),
    ) -> Result<Kept<V>, E> {
        match (outcome, work.old.take()) {
            // It was forgotten, or another has put a value in its place: it is for those alone who asked before.
            (Ok(value), _) if work.lead.as_ref().is_some_and(Lead::is_forgotten) => {
                Ok(self.land(work, Kept::unkept(value)))
            }
            (Ok(value), old) => {
                let kept = self.keep(&work.key, policy, work.marks.take(), value);
                if old.is_some() && kept.life == Life::none() {
                    // Nothing takes the place of a value that is known to be old.
                    self.forget(&work.key);
                }
                hold(&kept);
                if work.lead.as_ref().is_some_and(Lead::is_forgotten) {
                    // In this very moment.
                    self.forget(&work.key);
                    hold(&Kept::unkept(None));
                }
                Ok(self.land(work, kept))
            }
            (Err(_), Some(old)) if old.life.state(self.now()) != State::Gone && self.is_valid(old.tags()) => {
                self.counters.stale.up();
                Ok(old)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Ends a work with a value, for those who wait too where it is good for them.
    fn land(&self, work: Work<V>, kept: Kept<V>) -> Kept<V> {
        if let Some(lead) = work.lead {
            lead.land(kept.clone(), |kept| self.is_valid(kept.tags()));
        }
        kept
    }
}

impl<V: Clone> Waiting<V> {
    /// Waits on this thread.
    pub fn wait(&self, within: Duration) -> Outcome<V> {
        self.flight.wait(within)
    }

    /// Waits as a task, for as long as it takes.
    pub async fn landed(&self) -> Outcome<V> {
        poll_fn(|context| self.poll(context.waker())).await
    }

    /// The outcome where it is there; else the waker is woken when it is.
    pub fn poll(&self, waker: &Waker) -> Poll<Outcome<V>> {
        self.flight.poll(waker)
    }

    /// The work of one who does not wait any longer: see [`Cache::compute_anyway`].
    pub fn into_work(self) -> Work<V> {
        Work::new(self.key, None)
    }
}

impl<V> Work<V> {
    fn new(key: Key, lead: Option<Lead<V>>) -> Self {
        Self { key, lead, old: None, is_refresh: false, marks: None, turn: None }
    }

    /// Whether there is a value that may be served while this one is computed.
    pub fn is_refresh(&self) -> bool {
        self.is_refresh
    }

    /// A value that may be served instead: at once for a refresh, else where computing fails.
    pub fn old(&self) -> Option<&Kept<V>> {
        self.old.as_ref()
    }
}
