//! Computing what is not there, once for all who ask.

use super::flight::Outcome;
use super::policy::Policy;
use super::steps::{Claim, Step};
use super::tiers::Cache;
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
        let begun = Instant::now();
        let work = loop {
            match self.ask(&key) {
                Step::Serve(kept) => return Ok(kept.into_value()),
                Step::Wait(waiting) => match waiting.wait(self.left(begun)) {
                    Outcome::Landed(kept) => return Ok(kept.into_value()),
                    Outcome::GivenUp => {}
                    Outcome::Overdue => break self.compute_anyway(waiting.into_work(), policy),
                },
                Step::Compute(work) => match self.claim(work, policy, self.left(begun)) {
                    Claim::Serve(kept) => return Ok(kept.into_value()),
                    Claim::Compute(work) => break work,
                    Claim::Busy(work) => break self.compute_anyway(work, policy),
                },
            }
        };
        self.complete(work, policy, compute()).map(|kept| kept.into_value())
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
        self.complete(work, policy, compute().await).map(|kept| kept.into_value())
    }

    /// How long one may still wait who began then.
    pub fn left(&self, begun: Instant) -> Duration {
        self.wait.saturating_sub(begun.elapsed())
    }
}
