//! Keeping the zygotes within their budget: which are started again, doubled, evicted.

use super::node::Node;
use super::stand::Stand;
use super::trees::{Grove, Place, State};
use crate::error::Result;
use crate::sys::memory::Memory;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A zygote with so many forks before it is crowded.
const CROWD: usize = 4;
/// How long the further zygotes of a node stay after it was crowded.
const CROWDED_FOR: Duration = Duration::from_mins(1);
/// How often memory is measured when no zygote is started.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl Grove {
    /// Takes note that a function wants a node. Where it was the best that there is for it, it is started if it is
    /// missing, or doubled if it is crowded, in the background.
    pub(super) fn wants(self: &Arc<Self>, place: Place, stand: &Arc<Stand>, is_best: bool) {
        let mut state = self.state();
        if !state.stands.get(place.stand).is_some_and(|current| Arc::ptr_eq(current, stand)) {
            // Other trees have been planted meanwhile.
            return;
        }
        state.note_use(place, 1);
        let node = &stand.nodes[place.node];
        let zygotes = node.zygotes();
        let is_crowded = !zygotes.is_empty() && zygotes.iter().all(|zygote| zygote.waiting() >= CROWD);
        if is_crowded {
            node.note_crowd();
        }
        let is_wanted = (is_best && zygotes.is_empty()) || (is_crowded && zygotes.len() < most_copies());
        if !is_wanted || node.is_put_off() || state.busy.contains(&place) {
            return;
        }
        state.busy.push(place);
        let (grove, stand) = (Arc::clone(self), Arc::clone(stand));
        state.at_work.spawn(async move {
            if is_crowded {
                grove.double(place, &stand).await;
            } else {
                grove.grow(place, &stand).await;
            }
            grove.state().busy.retain(|busy| *busy != place);
        });
    }

    /// Starts a node's zygote, and what it takes for it; then makes room for it.
    pub(super) async fn grow(&self, place: Place, stand: &Arc<Stand>) {
        let grown = stand.grow(place.node, &self.starter).await;
        self.settle(place, stand, grown).await;
    }

    /// Starts a further zygote of a node, where that fits beside all others.
    async fn double(&self, place: Place, stand: &Arc<Stand>) {
        let (all, budget) = (self.held().await, self.state().budget);
        let needed = stand.nodes[place.node].planned.bytes;
        if budget.is_none_or(|budget| all.saturating_add(needed) <= budget) {
            let doubled = stand.double(place.node, &self.starter).await;
            self.settle(place, stand, doubled).await;
        }
    }

    async fn settle(&self, place: Place, stand: &Stand, grown: Result<()>) {
        if let Err(error) = grown {
            let packages = stand.nodes[place.node].planned.packages.join(", ");
            tracing::warn!(packages, "a zygote of the tree is not there: {error}");
        }
        self.make_room().await;
    }

    /// Evicts zygotes until the rest is within the budget, the one of lowest priority first, none from which something
    /// that lives was forked.
    async fn make_room(&self) {
        let _alone = self.room.lock().await;
        loop {
            let held = self.held().await;
            let mut state = self.state();
            if state.budget.is_none_or(|budget| held <= budget) {
                return;
            }
            let Some(place) = state.least() else {
                tracing::debug!(held, "the zygotes take more than they may, and all of them are in use");
                return;
            };
            tracing::info!(held, tree = place.stand, node = place.node, "a zygote is evicted");
            let number = state.number(place);
            state.priorities.evicted(number);
            let node = &state.stands[place.stand].nodes[place.node];
            node.clear();
            node.put_off();
        }
    }

    /// Bytes that all zygotes hold, shared pages in proportion.
    async fn held(&self) -> u64 {
        let nodes: Vec<_> = self.state().stands.clone();
        let zygotes: Vec<_> = nodes.iter().flat_map(|stand| &stand.nodes).flat_map(Node::zygotes).collect();
        let pids: Vec<u32> = zygotes.iter().map(|zygote| zygote.pid()).collect();
        let measure = move || pids.into_iter().filter_map(|pid| Memory::of(pid).ok()).map(|memory| memory.pss).sum();
        tokio::task::spawn_blocking(measure).await.unwrap_or(0)
    }

    /// Lets go of zygotes that were doubled for a crowd that is over, and looks now and then whether all of them have
    /// come to hold too much.
    pub(in crate::host) fn tidy(self: &Arc<Self>) {
        let mut state = self.state();
        state.stands.iter().flat_map(|stand| &stand.nodes).for_each(|node| node.thin_out(CROWDED_FOR));
        let is_due = state.last_look.is_none_or(|last| last.elapsed() >= LOOK_EVERY);
        if !state.stands.is_empty() && is_due {
            state.last_look = Some(Instant::now());
            let grove = Arc::clone(self);
            state.at_work.spawn(async move { grove.make_room().await });
        }
        while state.at_work.try_join_next().is_some() {}
    }
}

impl State {
    /// The node that goes first: of those that live and have no living descendants that of the lowest priority.
    fn least(&self) -> Option<Place> {
        let may_go = |place: &Place| {
            let zygotes = self.stands[place.stand].nodes[place.node].zygotes();
            !zygotes.is_empty() && zygotes.iter().all(|zygote| zygote.living() == 0)
        };
        let places = self.places();
        let candidates = places.iter().filter(|place| may_go(place)).map(|place| self.number(*place));
        let least = self.priorities.lowest(candidates)?;
        places.into_iter().find(|place| self.number(*place) == least)
    }
}

/// How many zygotes one node has at most: more forks at once than processors gain nothing.
fn most_copies() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).max(2)
}
