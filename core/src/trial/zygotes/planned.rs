//! From trees of columns to a plan that a host can follow.

use super::columns::Column;
use super::measured::{Key, Measured, STANDARD};
use crate::instance::Interpreter;
use crate::prewarm::tree::{Node, Tree, Workload};
use crate::prewarm::{PlannedFunction, PlannedNode, PlannedTree};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

/// The functions of one interpreter, and what was found out about them.
pub(super) struct Group {
    pub(super) interpreter: Interpreter,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) functions: Vec<Measured>,
    pub(super) columns: Vec<Column>,
    pub(super) workload: Workload,
}

/// The part of a tree that is for one group; nothing where it has none.
pub(super) fn planned(tree: &Tree, number: usize, group: &Group) -> Option<PlannedTree> {
    let nodes: Vec<(usize, &Node)> = tree.nodes.iter().enumerate().filter(|(_, it)| it.workload == number).collect();
    let places: HashMap<usize, usize> = nodes.iter().enumerate().map(|(at, (place, _))| (*place, at)).collect();
    let sets = sets(tree, &nodes);
    let node = |(place, node): &(usize, &Node)| {
        let added: Vec<&Column> = node.packages.iter().map(|package| &group.columns[*package]).collect();
        let all: HashSet<&Key> = sets[place].iter().flat_map(|package| &group.columns[*package].modules).collect();
        let reference = first_function(tree, *place).map(|function| &group.functions[function]);
        let calls = group.workload.functions.iter().zip(0..).filter(|(_, at)| passes(tree, *at, *place, number));
        let calls: u64 = calls.map(|(usage, _)| usage.calls).sum();
        PlannedNode {
            parent: node.parent.map(|parent| places[&parent]),
            packages: labels(&added),
            modules: reference.map(|function| modules(function, &added, &all)).unwrap_or_default(),
            paths: reference.map(|function| paths(function, &all)).unwrap_or_default(),
            bytes: node.bytes,
            import_us: node.gain_us / calls.max(1),
        }
    };
    let planned: Vec<_> = nodes.iter().map(node).collect();
    (!planned.is_empty()).then(|| PlannedTree {
        interpreter: group.interpreter.program.clone(),
        version: group.interpreter.version.clone(),
        environment: group.environment.clone(),
        nodes: planned,
        functions: functions(&nodes, group),
    })
}

/// All columns of each node, its parents' included.
fn sets(tree: &Tree, nodes: &[(usize, &Node)]) -> HashMap<usize, Vec<usize>> {
    let way = |at: usize| std::iter::successors(Some(at), |at| tree.nodes[*at].parent);
    nodes
        .iter()
        .map(|(place, _)| (*place, way(*place).flat_map(|at| tree.nodes[at].packages.clone()).collect()))
        .collect()
}

/// A function that begins at a node or above it.
fn first_function(tree: &Tree, place: usize) -> Option<usize> {
    let below = |at: &usize| std::iter::successors(Some(*at), |at| tree.nodes[*at].parent).any(|at| at == place);
    (place..tree.nodes.len()).filter(below).find_map(|at| tree.nodes[at].functions.first().copied())
}

fn passes(tree: &Tree, function: usize, place: usize, workload: usize) -> bool {
    let begins = |node: &Node| node.workload == workload && node.functions.contains(&function);
    let at = tree.nodes.iter().position(begins);
    std::iter::successors(at, |at| tree.nodes[*at].parent).any(|at| at == place)
}

/// Names of what is added; those of the standard library only where there is nothing else.
fn labels(added: &[&Column]) -> Vec<String> {
    let mut labels: Vec<String> = added.iter().map(|column| column.label.clone()).collect();
    labels.sort();
    labels.dedup();
    if labels.len() > 1 {
        labels.retain(|label| label != STANDARD);
    }
    labels
}

/// What has to be imported so that all of a node is: what nothing else of the node imports, in the function's order.
fn modules(function: &Measured, added: &[&Column], all: &HashSet<&Key>) -> Vec<String> {
    let is_added = |key: &Key| added.iter().any(|column| column.modules.contains(key));
    let is_brought = |at: usize| {
        let mut above = std::iter::successors(function.modules[at].parent, |at| function.modules[*at].parent);
        above.any(|at| all.contains(&function.modules[at].key))
    };
    let wanted = (0..function.modules.len()).filter(|at| is_added(&function.modules[*at].key) && !is_brought(*at));
    let mut names: Vec<String> = Vec::new();
    for at in wanted {
        let name = &function.modules[at].key.0;
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The directories of the function's search path that hold something of a node.
fn paths(function: &Measured, all: &HashSet<&Key>) -> Vec<PathBuf> {
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let holds = |path: &&PathBuf| all.iter().any(|(_, file)| file.starts_with(real(path)));
    function.paths.iter().filter(holds).cloned().collect()
}

fn functions(nodes: &[(usize, &Node)], group: &Group) -> Vec<PlannedFunction> {
    let begins = |function: usize| nodes.iter().position(|(_, node)| node.functions.contains(&function)).unwrap_or(0);
    let planned = |(number, function): (usize, &Measured)| PlannedFunction {
        name: function.name.clone(),
        package: function.package.clone(),
        entry: function.entry.clone(),
        calls: function.calls,
        start_us: group.workload.start_us.saturating_add(function.init_us),
        node: begins(number),
    };
    group.functions.iter().enumerate().map(planned).collect()
}
