//! All trees of a host, and how a function gets its instance from them.

use super::fits::Verdict;
use super::ground::Ground;
use super::node::Node;
use super::report::ZygoteReport;
use super::stand::Stand;
use crate::error::{Code, Error, Result};
use crate::host::registered::Registered;
use crate::instance::{Starter, Worker, Zygote};
use crate::prewarm::{Priorities, ZygotePlan};
use crate::sys::memory::Memory;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::task::JoinSet;

/// Trees of zygotes.
#[derive(Debug)]
pub(in crate::host) struct Grove {
    pub(super) starter: Arc<Starter>,
    /// What the platform said the zygotes may take; else the plan says it.
    said: Option<u64>,
    pub(super) state: Mutex<State>,
    /// Held while room is made: two that measure the same excess would evict twice for it.
    pub(super) room: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stands: Vec<Arc<Stand>>,
    pub(super) budget: Option<u64>,
    pub(super) priorities: Priorities,
    /// Where functions begin at best, by their numbers.
    places: HashMap<u64, Option<Place>>,
    /// What is done in the background: one for each node at most.
    pub(super) at_work: JoinSet<()>,
    pub(super) busy: Vec<Place>,
    /// When memory was measured by the clock.
    pub(super) last_look: Option<Instant>,
    is_closed: bool,
}

/// A node of one of the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) stand: usize,
    pub(super) node: usize,
}

impl Grove {
    pub(in crate::host) fn new(starter: Arc<Starter>, budget: Option<u64>) -> Self {
        Self { starter, said: budget, state: Mutex::default(), room: tokio::sync::Mutex::default() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces all trees, and starts their zygotes, what is worth most first; those that cannot be had are told of.
    pub(in crate::host) async fn plant(self: &Arc<Self>, plan: ZygotePlan) -> Result<()> {
        plan.check()?;
        let budget = self.said.unwrap_or(plan.budget_bytes);
        let stands: Vec<_> = plan.trees.into_iter().map(|tree| Arc::new(Stand::new(tree))).collect();
        let places = self.replace(stands.clone(), budget)?;
        for place in places {
            let stand = &stands[place.stand];
            if !stand.way(place.node).any(|at| stand.nodes[at].is_put_off()) {
                self.grow(place, stand).await;
            }
        }
        Ok(())
    }

    /// Puts new trees in the place of all; gives their nodes, parents first.
    fn replace(&self, stands: Vec<Arc<Stand>>, budget: u64) -> Result<Vec<Place>> {
        let mut state = self.state();
        if state.is_closed {
            return Err(Error::new(Code::HostStopped, "plant zygotes", "the host was stopped"));
        }
        state.at_work.abort_all();
        let mut fresh = State { stands, budget: Some(budget), ..State::default() };
        let places = fresh.places();
        for place in &places {
            let calls = fresh.stands[place.stand].planned_calls(place.node);
            fresh.note_use(*place, calls);
        }
        *state = fresh;
        Ok(places)
    }

    /// Whether there are trees.
    fn is_empty(&self) -> bool {
        self.state().stands.is_empty()
    }

    /// Where a function begins at best.
    fn place(&self, function: &Registered) -> Option<(Place, Arc<Stand>)> {
        let mut state = self.state();
        let number = function.id.number;
        if !state.places.contains_key(&number) {
            let plan = &function.plan;
            let mut all = state.stands.iter().enumerate();
            let place = all.find_map(|(stand, it)| Some(Place { stand, node: it.place(plan)? }));
            state.places.insert(number, place);
        }
        let place = (*state.places.get(&number)?)?;
        Some((place, Arc::clone(&state.stands[place.stand])))
    }

    /// A child of the deepest zygote that there is for a function; nothing where there is none.
    pub(in crate::host) async fn fork(self: &Arc<Self>, function: &Registered) -> Option<Worker> {
        if self.is_empty() {
            return None;
        }
        let (place, stand) = self.place(function)?;
        let way: Vec<usize> = stand.way(place.node).collect();
        let mut is_best = true;
        for node in way {
            let here = Place { node, ..place };
            let Some((zygote, ground)) = Self::usable(here, &stand) else {
                self.wants(here, &stand, is_best);
                is_best = false;
                continue;
            };
            if !fits(function, &ground).await {
                continue;
            }
            self.wants(here, &stand, is_best);
            match zygote.fork(&function.plan, false).await {
                Ok(worker) => {
                    stand.nodes[node].count_start();
                    return Some(worker);
                }
                Err(error) => Self::has_failed(function, here, &stand, &error),
            }
            is_best = false;
        }
        None
    }

    /// A zygote with what is known of it, whose modules are still those on disk.
    fn usable(place: Place, stand: &Stand) -> Option<(Arc<Zygote>, Arc<Ground>)> {
        let node = &stand.nodes[place.node];
        if node.is_sound() { node.live() } else { None }
    }

    fn has_failed(function: &Registered, place: Place, stand: &Stand, error: &Error) {
        tracing::warn!(function = %function.id, "a fork of the tree of zygotes failed, the next tier serves: {error}");
        if error.code() == Code::ZygoteThreadAlive {
            stand.nodes[place.node].clear();
            stand.nodes[place.node].put_off();
        }
    }

    /// Finds out which zygotes fit a function, before a request has to.
    pub(in crate::host) async fn prepare(&self, function: &Registered) {
        let Some((place, stand)) = self.place(function) else { return };
        for node in stand.way(place.node) {
            if let Some(ground) = stand.nodes[node].ground() {
                fits(function, &ground).await;
            }
        }
    }

    /// Forgets a function.
    pub(in crate::host) fn forget(&self, number: u64) {
        let mut state = self.state();
        state.places.remove(&number);
        for ground in state.stands.iter().flat_map(|stand| &stand.nodes).filter_map(Node::ground) {
            ground.verdicts().remove(&number);
        }
    }

    /// Ends all zygotes; no more are started.
    pub(in crate::host) fn close(&self) {
        let mut state = self.state();
        state.at_work.abort_all();
        state.stands.iter().flat_map(|stand| &stand.nodes).for_each(Node::clear);
        *state = State { is_closed: true, ..State::default() };
    }

    /// What there is.
    pub(in crate::host) fn report(&self) -> Vec<ZygoteReport> {
        let (stands, places) = {
            let state = self.state();
            (state.stands.clone(), state.places())
        };
        let report = |place: Place| {
            let node = &stands[place.stand].nodes[place.node];
            let pids: Vec<_> = node.zygotes().iter().map(|zygote| zygote.pid()).collect();
            let memory = pids.iter().filter_map(|pid| Memory::of(*pid).ok()).collect();
            let Place { stand: tree, node: at } = place;
            let (parent, packages) = (node.planned.parent, node.planned.packages.clone());
            ZygoteReport { tree, node: at, parent, packages, pids, memory, starts: node.starts() }
        };
        places.into_iter().map(report).collect()
    }
}

impl State {
    /// All nodes, parents first.
    pub(super) fn places(&self) -> Vec<Place> {
        let nodes = |(stand, it): (usize, &Arc<Stand>)| (0..it.nodes.len()).map(move |node| Place { stand, node });
        self.stands.iter().enumerate().flat_map(nodes).collect()
    }

    /// A node's number among all.
    pub(super) fn number(&self, place: Place) -> usize {
        self.stands[..place.stand].iter().map(|stand| stand.nodes.len()).sum::<usize>() + place.node
    }

    /// Takes note that functions that begin at a node, or above it, were started.
    pub(super) fn note_use(&mut self, place: Place, times: u64) {
        let planned = &self.stands[place.stand].nodes[place.node].planned;
        let (gain, bytes) = (planned.import_us, planned.bytes);
        let number = self.number(place);
        self.priorities.used(number, times, gain, bytes);
    }
}

/// Whether a function may begin at a zygote; found out once for each state of the function's directories.
async fn fits(function: &Registered, ground: &Arc<Ground>) -> bool {
    let number = function.id.number;
    let known = ground.verdicts().get(&number).cloned().filter(Verdict::is_current);
    if let Some(known) = known {
        return known.why_not.is_none();
    }
    let (plan, on) = (Arc::clone(&function.plan), Arc::clone(ground));
    let Ok(verdict) = tokio::task::spawn_blocking(move || Verdict::on(&plan, &on)).await else { return false };
    if let Some(why) = &verdict.why_not {
        tracing::info!(function = %function.id, "a zygote of the tree is not for this function: {why}");
    }
    let fits = verdict.why_not.is_none();
    ground.verdicts().insert(number, verdict);
    fits
}
