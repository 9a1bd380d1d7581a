//! The matrix of functions by modules, with modules that the same functions load taken together.

use super::measured::{Key, Measured};
use crate::prewarm::tree::{PackageCost, Usage, Workload};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Modules of one distribution that the same functions load from the same files.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) label: String,
    pub(super) modules: BTreeSet<Key>,
    cost: PackageCost,
}

/// What a column is made of: its label, and who loads it.
type Group = (String, Vec<usize>);

/// A module, over all functions that load it.
#[derive(Debug, Default)]
struct Module {
    label: String,
    loaded_by: Vec<usize>,
    loads_own: bool,
    us: u64,
    bytes: i64,
    needs: BTreeSet<Key>,
}

/// The columns, and what is known of them as a workload.
pub(super) fn columns(functions: &[Measured], bare: &Workload) -> (Vec<Column>, Workload) {
    let modules = modules(functions);
    let mut groups: BTreeMap<Group, Column> = BTreeMap::new();
    for (key, module) in modules.iter().filter(|(_, module)| !module.loads_own) {
        let group = (module.label.clone(), module.loaded_by.clone());
        let column = groups.entry(group).or_default();
        column.label.clone_from(&module.label);
        column.modules.insert(key.clone());
        let count = u64::try_from(module.loaded_by.len()).unwrap_or(u64::MAX).max(1);
        column.cost.import_us += module.us / count;
        column.cost.bytes += u64::try_from(module.bytes).unwrap_or(0) / count;
    }
    let places: HashMap<&Key, usize> =
        groups.values().enumerate().flat_map(|(at, column)| column.modules.iter().map(move |key| (key, at))).collect();
    let usage = |function: usize| Usage {
        calls: functions[function].calls,
        packages: groups.keys().enumerate().filter(|(_, (_, by))| by.contains(&function)).map(|(at, _)| at).collect(),
    };
    let needs = |column: &Column| -> BTreeSet<usize> {
        // What is needed and in no column cannot be imported in advance: a place that is none.
        let place = |key: &Key| places.get(key).copied().unwrap_or(usize::MAX);
        column.modules.iter().flat_map(|key| &modules[key].needs).map(place).collect()
    };
    let packages =
        groups.values().map(|column| PackageCost { needs: needs(column).into_iter().collect(), ..column.cost.clone() });
    let workload =
        Workload { packages: packages.collect(), functions: (0..functions.len()).map(usage).collect(), ..bare.clone() };
    (groups.into_values().collect(), workload)
}

fn modules(functions: &[Measured]) -> BTreeMap<Key, Module> {
    let mut modules: BTreeMap<Key, Module> = BTreeMap::new();
    for (number, function) in functions.iter().enumerate() {
        for loaded in &function.modules {
            let module = modules.entry(loaded.key.clone()).or_default();
            module.label.clone_from(&loaded.label);
            module.loads_own |= loaded.loads_own;
            module.us += loaded.self_us;
            module.bytes += loaded.self_bytes;
            if module.loaded_by.last() != Some(&number) {
                module.loaded_by.push(number);
            }
        }
        for loaded in &function.modules {
            if let Some(parent) = loaded.parent {
                let above = modules.entry(function.modules[parent].key.clone()).or_default();
                above.needs.insert(loaded.key.clone());
            }
        }
    }
    modules
}
