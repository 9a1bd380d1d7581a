//! A value that is kept, and how long it is good.

use super::life::Life;
use super::tags::TagMark;
use std::sync::Arc;

/// A value, or that there is none, and how long that is good.
#[derive(Debug, Clone)]
pub struct Kept<V> {
    pub(super) life: Life,
    pub(super) value: Option<V>,
    pub(super) more: Arc<More>,
}

/// What is seldom looked at.
#[derive(Debug)]
pub(super) struct More {
    pub(super) tags: Vec<TagMark>,
    pub(super) weight: u64,
    pub(super) no_snapshot: bool,
}

impl<V> Kept<V> {
    /// One that is served to who waits for it, and not kept.
    pub(super) fn unkept(value: Option<V>) -> Self {
        Self { life: Life::none(), value, more: Arc::new(More { tags: Vec::new(), weight: 0, no_snapshot: true }) }
    }

    /// The value; `None` where it is known that there is none.
    pub fn value(&self) -> Option<&V> {
        self.value.as_ref()
    }

    /// The value alone.
    pub fn into_value(self) -> Option<V> {
        self.value
    }

    /// How long it is good: not at all, for one that is not to be kept.
    pub fn life(&self) -> &Life {
        &self.life
    }

    /// What it is invalidated with.
    pub fn tags(&self) -> &[TagMark] {
        &self.more.tags
    }

    /// How many bytes the value takes: those of its encoded form where there is one, else what the codec says.
    pub fn weight(&self) -> u64 {
        self.more.weight
    }

    /// Whether no snapshot may hold it.
    pub fn is_unfit_for_snapshots(&self) -> bool {
        self.more.no_snapshot
    }
}
