//! One node of a tree: what it is to have, and the zygotes that have it.

use super::ground::Ground;
use crate::instance::Zygote;
use crate::prewarm::PlannedNode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long after a zygote could not be had the next try is made.
const RETRY_AFTER: Duration = Duration::from_mins(1);

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) planned: PlannedNode,
    state: Mutex<State>,
    starts: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// One, or more where it is crowded; all have the same.
    zygotes: Vec<Arc<Zygote>>,
    ground: Option<Arc<Ground>>,
    /// Nothing is tried before.
    not_before: Option<Instant>,
    last_crowded: Option<Instant>,
}

impl Node {
    pub(super) fn new(planned: PlannedNode) -> Self {
        Self { planned, state: Mutex::default(), starts: AtomicU64::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.zygotes.retain(|zygote| zygote.is_alive());
        state
    }

    /// The zygote with the fewest forks before it, and what its modules depend on; where one lives.
    pub(super) fn live(&self) -> Option<(Arc<Zygote>, Arc<Ground>)> {
        let state = self.state();
        let least = state.zygotes.iter().min_by_key(|zygote| zygote.waiting())?;
        Some((Arc::clone(least), Arc::clone(state.ground.as_ref()?)))
    }

    /// Whether a zygote lives whose modules are still those on disk; others are let go of.
    pub(super) fn is_sound(&self) -> bool {
        let Some((zygote, ground)) = self.live() else { return false };
        let is_current = ground.is_current();
        if !is_current {
            tracing::info!(pid = zygote.pid(), "a zygote is given up: directories of its modules have changed");
            self.clear();
        }
        is_current
    }

    /// All zygotes that live.
    pub(super) fn zygotes(&self) -> Vec<Arc<Zygote>> {
        self.state().zygotes.clone()
    }

    /// What its modules depend on, as of the last zygote.
    pub(super) fn ground(&self) -> Option<Arc<Ground>> {
        self.state().ground.clone()
    }

    /// Takes in the first zygote, or a further one.
    pub(super) fn add(&self, zygote: Arc<Zygote>, ground: Arc<Ground>) {
        let mut state = self.state();
        if state.zygotes.is_empty() {
            state.ground = Some(ground);
        }
        state.zygotes.push(zygote);
        state.not_before = None;
    }

    /// Lets go of all zygotes; they end unless somebody forks from them now.
    pub(super) fn clear(&self) {
        let mut state = self.state();
        state.zygotes.clear();
        state.ground = None;
    }

    /// Lets go of further zygotes that nobody has waited for since.
    pub(super) fn thin_out(&self, after: Duration) {
        let mut state = self.state();
        if state.last_crowded.is_none_or(|last| last.elapsed() >= after) && state.zygotes.len() > 1 {
            state.zygotes.truncate(1);
        }
    }

    /// Takes note that many wait.
    pub(super) fn note_crowd(&self) {
        self.state().last_crowded = Some(Instant::now());
    }

    /// Takes note that it could not be had, or was of no use.
    pub(super) fn put_off(&self) {
        self.state().not_before = Some(Instant::now() + RETRY_AFTER);
    }

    /// Whether it is too early for another try.
    pub(super) fn is_put_off(&self) -> bool {
        self.state().not_before.is_some_and(|time| Instant::now() < time)
    }

    /// Takes note of an instance that began here.
    pub(super) fn count_start(&self) {
        self.starts.fetch_add(1, Ordering::Relaxed);
    }

    /// How many instances began here.
    pub(super) fn starts(&self) -> u64 {
        self.starts.load(Ordering::Relaxed)
    }
}
