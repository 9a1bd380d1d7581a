//! What is there of a host's trees.

use crate::sys::memory::Memory;
use serde::Serialize;

/// One node of a tree, as it is now.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ZygoteReport {
    /// The tree, by its place in the plan.
    pub tree: usize,
    /// The node, by its place in the tree.
    pub node: usize,
    /// The node above, by its place in the tree.
    pub parent: Option<usize>,
    /// What it adds: names of distributions.
    pub packages: Vec<String>,
    /// Its processes; none where it was evicted, has ended, or could not be started.
    pub pids: Vec<u32>,
    /// What the processes hold in memory, one after the other.
    pub memory: Vec<Memory>,
    /// How many instances began here.
    pub starts: u64,
}
