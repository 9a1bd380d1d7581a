//! A value that is kept, and how long it is good.

use super::life::Life;
use super::tags::TagMark;
use std::sync::Arc;

/// A value, or that there is none, and how long that is good.
#[derive(Debug, Clone)]
pub struct Kept<V> {
    pub(super) life: Life,
    pub(super) value: Option<V>,
    /// `None` where there are none, which most have.
    pub(super) tags: Option<Arc<[TagMark]>>,
    pub(super) weight: u64,
    pub(super) no_snapshot: bool,
}

impl<V> Kept<V> {
    /// One that is served to who waits for it, and not kept.
    pub(super) fn unkept(value: Option<V>) -> Self {
        Self { life: Life::none(), value, tags: None, weight: 0, no_snapshot: true }
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
        self.tags.as_deref().unwrap_or_default()
    }

    /// How many bytes the value takes: those of its encoded form where there is one, else what the codec says.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// Whether no snapshot may hold it.
    pub fn is_unfit_for_snapshots(&self) -> bool {
        self.no_snapshot
    }
}

/// As they are held: shared by all copies.
pub(super) fn shared(tags: Vec<TagMark>) -> Option<Arc<[TagMark]>> {
    (!tags.is_empty()).then(|| tags.into())
}
