//! How long a value is good for.

use std::time::Duration;

/// How long a value is good for, and what is done about it before and after.
///
/// Without a time to live a value is good until it is invalidated or makes room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    pub(super) ttl: Option<Duration>,
    pub(super) stale: Duration,
    pub(super) stale_on_error: Duration,
    pub(super) negative: Option<Duration>,
    pub(super) refresh_ahead: Duration,
    pub(super) tags: Vec<String>,
    pub(super) refresh_on_restore: bool,
    pub(super) no_snapshot: bool,
}

impl Policy {
    /// Good for so long.
    pub fn ttl(ttl: Duration) -> Self {
        Self { ttl: Some(ttl), ..Self::default() }
    }

    /// Good until it is invalidated or makes room.
    pub fn forever() -> Self {
        Self::default()
    }

    /// For so long after that, an old value is served while one caller computes a new one.
    pub fn stale_while_revalidate(mut self, stale: Duration) -> Self {
        self.stale = stale;
        self
    }

    /// For so long after the time to live, an old value is served where computing a new one fails.
    pub fn stale_on_error(mut self, stale: Duration) -> Self {
        self.stale_on_error = stale;
        self
    }

    /// That there is no value is remembered for so long; it is not where this is not said.
    pub fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.negative = Some(ttl);
        self
    }

    /// So long before the time to live is over, one caller computes a new value while the others are served.
    pub fn refresh_ahead(mut self, before: Duration) -> Self {
        self.refresh_ahead = before;
        self
    }

    /// Invalidated with whatever else has one of these tags. At most 16; further ones are an error of the caller that
    /// keeps the value out of the cache.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// Never served after a restore from a snapshot that was taken with it: for secrets and leases.
    pub fn refresh_on_restore(mut self) -> Self {
        self.refresh_on_restore = true;
        self
    }

    /// Dropped from the process before a snapshot is taken of it, and never written to a file.
    pub fn no_snapshot(mut self) -> Self {
        self.no_snapshot = true;
        self
    }
}
