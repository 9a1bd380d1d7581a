//! Computing what is not there, once for all who ask.

use super::flight::Outcome;
use super::kept::Kept;
use super::policy::Policy;
use super::steps::{Claim, Step};
use super::tiers::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
        self.go_on(self.ask(&key), key.as_ref(), policy, compute)
    }

    /// The same, but who finds a value that is due or stale is served at once too: it is computed anew by what is given to
    /// `spawn`, which is to call it, on another thread for one. What is dropped there is as if computing had failed.
    ///
    /// ```
    /// use headstart::cache::{Cache, Policy};
    /// use std::sync::Arc;
    ///
    /// let (cache, policy) = (Arc::new(Cache::builder("rates").json::<u32>()), Policy::forever());
    /// let spawn = |refresh| drop(std::thread::spawn(refresh));
    /// let rate = cache.get_or_refresh("rate", &policy, spawn, || Ok::<_, std::io::Error>(Some(7)));
    /// assert_eq!(rate.unwrap(), Some(7));
    /// ```
    pub fn get_or_refresh<E>(
        self: &Arc<Self>,
        key: impl AsRef<[u8]>,
        policy: &Policy,
        spawn: impl FnOnce(Box<dyn FnOnce() + Send>),
        compute: impl FnOnce() -> Result<Option<V>, E> + Send + 'static,
    ) -> Result<Option<V>, E> {
        let step = self.ask(&key);
        let Step::Compute(work) = step else { return self.go_on(step, key.as_ref(), policy, compute) };
        let Some(old) = work.old().filter(|_| work.is_refresh()).cloned() else {
            return self.go_on(Step::Compute(work), key.as_ref(), policy, compute);
        };
        let (cache, policy) = (Arc::clone(self), policy.clone());
        spawn(Box::new(move || {
            if let Claim::Compute(work) = cache.claim(work, &policy, Duration::ZERO) {
                // Where it fails, the old value is served on for as long as it may.
                let _ = cache.complete(work, &policy, compute());
            }
        }));
        Ok(old.into_value())
    }

    /// Goes on from a step to a value.
    fn go_on<E>(
        &self,
        mut step: Step<V>,
        key: &[u8],
        policy: &Policy,
        compute: impl FnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<V>, E> {
        let begun = Instant::now();
        let work = loop {
            step = match step {
                Step::Serve(kept) => return Ok(kept.into_value()),
                Step::Wait(waiting) => match waiting.wait(self.left(begun)) {
                    Outcome::Landed(kept) => return Ok(kept.into_value()),
                    Outcome::GivenUp => self.ask(key),
                    Outcome::Overdue => break self.compute_anyway(waiting.into_work(), policy),
                },
                Step::Compute(work) => match self.claim(work, policy, self.left(begun)) {
                    Claim::Serve(kept) => return Ok(kept.into_value()),
                    Claim::Compute(work) => break work,
                    Claim::Busy(work) => break self.compute_anyway(work, policy),
                },
            }
        };
        self.complete(work, policy, compute()).map(Kept::into_value)
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
        const TRY_EVERY: Duration = Duration::from_millis(5);
        let begun = Instant::now();
        let mut step = self.ask(&key);
        let work = loop {
            step = match step {
                Step::Serve(kept) => return Ok(kept.into_value()),
                Step::Wait(waiting) => {
                    let waited = tokio::time::timeout(self.left(begun), waiting.landed()).await;
                    match waited.unwrap_or(Outcome::Overdue) {
                        Outcome::Landed(kept) => return Ok(kept.into_value()),
                        Outcome::GivenUp => self.ask(&key),
                        Outcome::Overdue => break self.compute_anyway(waiting.into_work(), policy),
                    }
                }
                Step::Compute(work) => match self.claim(work, policy, Duration::ZERO) {
                    Claim::Serve(kept) => return Ok(kept.into_value()),
                    Claim::Compute(work) => break work,
                    Claim::Busy(work) if self.left(begun).is_zero() => break self.compute_anyway(work, policy),
                    Claim::Busy(work) => {
                        tokio::time::sleep(TRY_EVERY).await;
                        Step::Compute(work)
                    }
                },
            }
        };
        self.complete(work, policy, compute().await).map(Kept::into_value)
    }

    /// How long one may still wait who began then.
    pub fn left(&self, begun: Instant) -> Duration {
        self.wait.saturating_sub(begun.elapsed())
    }
}
