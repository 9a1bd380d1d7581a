//! Growing trees, node by node, as far as a budget goes.

use super::candidate::Candidate;
use super::matrix::Matrix;
use super::workload::Workload;
use fixedbitset::FixedBitSet;

/// How many zygotes there are at most.
const MOST_NODES: usize = 1_000;

/// Zygotes to have, and what they are worth. Parents stand before their children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The zygotes.
    pub nodes: Vec<Node>,
    /// Bytes of memory that they take, as far as is known.
    pub bytes: u64,
    /// Microseconds that they save while each function is called as often as it was said to be.
    pub gain_us: u64,
}

/// One zygote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The workload that it is for, by its place.
    pub workload: usize,
    /// The zygote that forks it; none for one that is started.
    pub parent: Option<usize>,
    /// The packages that it adds, by their places in the workload, in ascending order.
    pub packages: Vec<usize>,
    /// The functions that begin here and no deeper, by their places in the workload.
    pub functions: Vec<usize>,
    /// Bytes of memory that it adds.
    pub bytes: u64,
    /// Microseconds that it saves, beyond what its parent does.
    pub gain_us: u64,
}

/// A node while the tree grows.
pub(super) struct Grown {
    workload: usize,
    pub(super) parent: Option<usize>,
    /// All that it has, what its parents have included.
    pub(super) packages: FixedBitSet,
    added: FixedBitSet,
    pub(super) functions: Vec<usize>,
    pub(super) has_children: bool,
    bytes: u64,
    gain_us: u128,
    /// The best that can be added here, as far as it is known.
    next: Option<Candidate>,
    is_known: bool,
}

/// Fits trees to workloads, one for each, within a budget of bytes for all of them.
///
/// The node that gains most for each byte is added first, as long as there is one that fits. Whatever is said of
/// functions, the budget is kept, a function begins at the deepest node all of whose packages it imports by itself
/// among those that were made for it, and the same input gives the same trees.
pub fn fit(workloads: &[Workload], budget: u64) -> Tree {
    let mut growth = Growth { matrices: workloads.iter().map(Matrix::of).collect(), nodes: Vec::new(), left: budget };
    while growth.nodes.len() < MOST_NODES && growth.add_best() {}
    growth.finish(budget)
}

struct Growth {
    matrices: Vec<Matrix>,
    nodes: Vec<Grown>,
    left: u64,
}

impl Growth {
    /// Adds what gains most; false where nothing is worth its memory, or fits.
    fn add_best(&mut self) -> bool {
        let mut best: Option<(Place, Candidate)> = None;
        for (place, candidate) in self.roots().into_iter().chain(self.branches()) {
            if best.as_ref().is_none_or(|(_, best)| candidate.compare(best).is_gt()) {
                best = Some((place, candidate));
            }
        }
        let Some((place, candidate)) = best else { return false };
        self.left -= candidate.bytes;
        match place {
            Place::Root(workload) => self.push(workload, None, candidate),
            Place::At(node) if candidate.grows => self.grow(node, &candidate),
            Place::At(node) => self.split(node, candidate),
        }
        true
    }

    /// The trees that have not begun: what a bare zygote saves is the start of the interpreter.
    fn roots(&self) -> Vec<(Place, Candidate)> {
        let missing = (0..self.matrices.len()).filter(|it| self.nodes.iter().all(|node| node.workload != *it));
        let root = |workload: usize| {
            let matrix = &self.matrices[workload];
            let functions: Vec<_> = (0..matrix.rows.len()).collect();
            let gain_us = matrix.calls(&functions) * matrix.start_us;
            let bytes = matrix.root_bytes;
            let packages = matrix.nothing();
            (Place::Root(workload), Candidate { packages, functions, grows: false, gain_us, bytes })
        };
        missing.map(root).filter(|(_, root)| root.bytes <= self.left && root.gain_us > 0).collect()
    }

    fn branches(&mut self) -> Vec<(Place, Candidate)> {
        let (matrices, left) = (&self.matrices, self.left);
        let best = |(at, node): (usize, &mut Grown)| {
            if !node.is_known || node.next.as_ref().is_some_and(|next| next.bytes > left) {
                node.next = Candidate::best(&matrices[node.workload], node, left);
                node.is_known = true;
            }
            Some((Place::At(at), node.next.clone()?))
        };
        self.nodes.iter_mut().enumerate().filter_map(best).collect()
    }

    fn push(&mut self, workload: usize, parent: Option<usize>, candidate: Candidate) {
        let Candidate { packages: added, functions, gain_us, bytes, .. } = candidate;
        let mut packages = added.clone();
        if let Some(parent) = parent {
            packages.union_with(&self.nodes[parent].packages);
        }
        let has_children = false;
        self.nodes.push(Grown {
            workload,
            parent,
            packages,
            added,
            functions,
            has_children,
            bytes,
            gain_us,
            next: None,
            is_known: false,
        });
    }

    fn grow(&mut self, at: usize, candidate: &Candidate) {
        let node = &mut self.nodes[at];
        node.packages.union_with(&candidate.packages);
        node.added.union_with(&candidate.packages);
        node.bytes += candidate.bytes;
        node.gain_us += candidate.gain_us;
        node.is_known = false;
    }

    fn split(&mut self, at: usize, candidate: Candidate) {
        let node = &mut self.nodes[at];
        node.functions.retain(|function| !candidate.functions.contains(function));
        node.has_children = true;
        node.is_known = false;
        let workload = node.workload;
        self.push(workload, Some(at), candidate);
    }

    fn finish(self, budget: u64) -> Tree {
        let gain_us: u128 = self.nodes.iter().map(|node| node.gain_us).sum();
        let node = |node: Grown| Node {
            workload: node.workload,
            parent: node.parent,
            packages: node.added.ones().collect(),
            functions: node.functions,
            bytes: node.bytes,
            gain_us: saturating(node.gain_us),
        };
        Tree {
            nodes: self.nodes.into_iter().map(node).collect(),
            bytes: budget - self.left,
            gain_us: saturating(gain_us),
        }
    }
}

/// Where a candidate would be added.
#[derive(Clone, Copy)]
enum Place {
    Root(usize),
    At(usize),
}

fn saturating(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
