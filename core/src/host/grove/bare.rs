//! What zygotes cost before they import anything.

use super::stand::Stand;
use crate::error::{Code, Error, Result};
use crate::instance::{Interpreter, Starter};
use crate::prewarm::{PlannedNode, PlannedTree};
use crate::sys::memory::Memory;
use std::collections::BTreeMap;

/// How often the interpreter is started to be timed.
const STARTS: usize = 3;

/// Microseconds and bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BareCosts {
    /// From the process until a function can be imported, the best of some starts.
    pub(crate) start_us: u64,
    /// Of a root.
    pub(crate) root_bytes: u64,
    /// That a zygote of the root adds.
    pub(crate) branch_bytes: u64,
}

/// Starts the interpreter, and a root with one zygote upon it, to see what they cost.
pub(in crate::host) async fn measure(
    starter: &Starter,
    interpreter: &Interpreter,
    environment: &BTreeMap<String, String>,
) -> Result<BareCosts> {
    let nodes = vec![PlannedNode::default(), PlannedNode { parent: Some(0), ..PlannedNode::default() }];
    let stand = Stand::new(PlannedTree {
        interpreter: interpreter.program.clone(),
        version: interpreter.version.clone(),
        environment: environment.clone(),
        nodes,
        functions: Vec::new(),
    });
    let start_us = stand.time_start(starter, STARTS).await?;
    stand.grow(0, starter).await?;
    let root_bytes = held(&stand)?;
    stand.grow(1, starter).await?;
    Ok(BareCosts { start_us, root_bytes, branch_bytes: held(&stand)?.saturating_sub(root_bytes) })
}

fn held(stand: &Stand) -> Result<u64> {
    let pids = stand.nodes.iter().flat_map(super::node::Node::zygotes).map(|zygote| zygote.pid());
    let memory = |pid| Memory::of(pid).map(|memory| memory.pss);
    pids.map(memory)
        .sum::<std::io::Result<u64>>()
        .map_err(|error| Error::new(Code::SystemIo, "measure zygotes", error.to_string()).caused_by(error))
}
