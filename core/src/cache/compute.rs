//! Computing what is not there, once for all who ask.

use super::flight::{Flight, Lead, Outcome, Part};
use super::key::KeyHash;
use super::policy::Policy;
use super::store::Turn;
use super::tags::TagMark;
use super::tiers::{Cache, Found};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What one who asks does next.
enum Next<V> {
    Serve(Option<V>),
    Wait(Arc<Flight<V>>),
    Compute(Work<V>),
}

/// A value that is there although it should be computed: that there is none, for one.
struct Old<V>(Option<V>);

/// A value to be computed.
struct Work<V> {
    /// Who else waits for it in this process; `None` for one who has waited for long enough.
    lead: Option<Lead<V>>,
    /// What is served where computing it fails.
    old: Option<Old<V>>,
    /// Whether the old value is served where another process is at it.
    is_refresh: bool,
}

/// The turn among processes, where there is a store that gives one; within, whether it was given.
type Given = Option<Option<Box<dyn Turn>>>;

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// The value of a key, computed where there is none: by one caller, for whom the others wait, in this process and in
    /// others. `None` says that there is no value.
    ///
    /// A value that is due or stale is computed anew by one caller while the others are served. Fails with what `compute`
    /// failed with, where no old value may be served instead; the others then compute in their turn.
    pub fn get_or_compute<E>(
        &self,
        key: impl AsRef<[u8]>,
        policy: &Policy,
        compute: impl FnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<V>, E> {
        let (key, begun) = (self.key(key.as_ref()), Instant::now());
        loop {
            // The turn is held until the value is kept.
            let (work, _turn) = match self.next(&key) {
                Next::Serve(value) => return Ok(value),
                Next::Wait(flight) => match flight.wait(self.left(begun)) {
                    Outcome::Landed(value) => return Ok(value),
                    Outcome::GivenUp => continue,
                    Outcome::Overdue => (self.alone(), None),
                },
                Next::Compute(work) => {
                    let turn = self.counted(|store| store.turn(&key, work.patience(self.left(begun))));
                    match self.is_there_by_now(&key, work, &turn) {
                        Ok(value) => return Ok(value),
                        Err(work) => (work, turn),
                    }
                }
            };
            let marks = self.marks(policy);
            return self.finish(key, policy, marks, work, compute());
        }
    }

    /// The same, for tasks: nobody holds a thread while waiting. A task that is dropped while it computes releases the
    /// others.
    #[cfg(feature = "host")]
    pub async fn get_or_compute_async<E, F: Future<Output = Result<Option<V>, E>>>(
        &self,
        key: impl AsRef<[u8]>,
        policy: &Policy,
        compute: impl FnOnce() -> F,
    ) -> Result<Option<V>, E> {
        let (key, begun) = (self.key(key.as_ref()), Instant::now());
        loop {
            // The turn is held until the value is kept.
            let (work, _turn) = match self.next(&key) {
                Next::Serve(value) => return Ok(value),
                Next::Wait(flight) => {
                    let waited = tokio::time::timeout(self.left(begun), flight.landed()).await;
                    match waited.unwrap_or(Outcome::Overdue) {
                        Outcome::Landed(value) => return Ok(value),
                        Outcome::GivenUp => continue,
                        Outcome::Overdue => (self.alone(), None),
                    }
                }
                Next::Compute(work) => {
                    let turn = self.turn_async(&key, work.patience(self.left(begun))).await;
                    match self.is_there_by_now(&key, work, &turn) {
                        Ok(value) => return Ok(value),
                        Err(work) => (work, turn),
                    }
                }
            };
            let marks = self.marks(policy);
            return self.finish(key, policy, marks, work, compute().await);
        }
    }

    fn next(&self, key: &KeyHash) -> Next<V> {
        let (old, is_refresh) = match self.look(key) {
            Found::Good(value) => return Next::Serve(value),
            Found::Old(value, is_stale) => {
                if is_stale {
                    self.counters.stale.up();
                }
                (Some(Old(value)), true)
            }
            Found::Nothing(value) => {
                self.counters.misses.up();
                (value.map(|value| Old(Some(value))), false)
            }
        };
        match (self.local.get().flights.join(*key), old) {
            (Part::Lead(lead), old) => Next::Compute(Work { lead: Some(lead), old, is_refresh }),
            (Part::Wait(_), Some(Old(value))) if is_refresh => Next::Serve(value),
            (Part::Wait(flight), _) => {
                self.counters.waits.up();
                Next::Wait(flight)
            }
        }
    }

    /// Work of one who has waited for another for as long as one may.
    fn alone(&self) -> Work<V> {
        self.counters.overdue.up();
        Work { lead: None, old: None, is_refresh: false }
    }

    /// What another process has computed, or is at, meanwhile; else the work is still to be done.
    fn is_there_by_now(&self, key: &KeyHash, work: Work<V>, turn: &Given) -> Result<Option<V>, Work<V>> {
        let found = match (turn, &work.old) {
            (None, _) => None,
            (Some(None), Some(Old(value))) if work.is_refresh => Some(value.clone()),
            (Some(None), _) => {
                self.counters.overdue.up();
                None
            }
            (Some(Some(_)), _) => match self.look_on_node(key, self.now()) {
                Some(Found::Good(value)) => Some(value),
                _ => None,
            },
        };
        let Some(value) = found else { return Err(work) };
        work.land(value.clone());
        Ok(value)
    }

    fn finish<E>(
        &self,
        key: KeyHash,
        policy: &Policy,
        marks: Option<Vec<TagMark>>,
        work: Work<V>,
        outcome: Result<Option<V>, E>,
    ) -> Result<Option<V>, E> {
        match (outcome, work.old) {
            (Ok(value), _) => {
                self.keep(key, policy, marks, value.clone());
                if let Some(lead) = work.lead {
                    lead.land(value.clone());
                }
                Ok(value)
            }
            (Err(_), Some(Old(value))) => {
                self.counters.stale.up();
                Ok(value)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// How long one may still wait who began then.
    fn left(&self, begun: Instant) -> Duration {
        self.wait.saturating_sub(begun.elapsed())
    }

    #[cfg(feature = "host")]
    async fn turn_async(&self, key: &KeyHash, within: Duration) -> Given {
        const TRY_EVERY: Duration = Duration::from_millis(5);
        let begun = Instant::now();
        loop {
            let turn = self.counted(|store| store.turn(key, Duration::ZERO))?;
            if turn.is_some() || begun.elapsed() >= within {
                return Some(turn);
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    }
}

impl<V: Clone> Work<V> {
    /// How long another process is waited for.
    fn patience(&self, left: Duration) -> Duration {
        if self.is_refresh { Duration::ZERO } else { left }
    }

    fn land(self, value: Option<V>) {
        if let Some(lead) = self.lead {
            lead.land(value);
        }
    }
}
