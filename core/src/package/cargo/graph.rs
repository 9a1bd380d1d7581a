//! What a package is linked from: its normal dependencies in Cargo's resolved graph.

use super::CargoCrate;
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};

/// The package and everything that it is linked from, by name and version; `among` are the packages that may be, as
/// `name vVERSION`. Procedural macros run in the compiler:
/// neither they nor what they need is linked.
pub(super) fn linked(metadata: &Metadata, root: &Package, among: &BTreeSet<String>) -> Vec<CargoCrate> {
    let may_be = |it: &&Package| among.contains(&format!("{} v{}", it.name, it.version)) && !is_macro(it);
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().filter(may_be).map(|it| (&it.id, it)).collect();
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: BTreeMap<&PackageId, _> = nodes.map(|node| (&node.id, node)).collect();
    let mut dependents: BTreeMap<&PackageId, BTreeSet<String>> = BTreeMap::from([(&root.id, BTreeSet::new())]);
    let mut left = vec![&root.id];
    while let Some(id) = left.pop() {
        let Some((package, node)) = packages.get(id).zip(nodes.get(id)) else { continue };
        for dependency in &node.deps {
            let is_normal = dependency.dep_kinds.iter().any(|it| it.kind == DependencyKind::Normal);
            if !is_normal || !packages.contains_key(&dependency.pkg) {
                continue;
            }
            let known = dependents.entry(&dependency.pkg).or_insert_with(|| {
                left.push(&dependency.pkg);
                BTreeSet::new()
            });
            known.insert(format!("{} {}", package.name, package.version));
        }
    }
    let linked = dependents.into_iter().filter_map(|(id, by)| Some((*packages.get(id)?, by)));
    let mut crates: Vec<_> = linked.flat_map(|(package, by)| crates_of(package, package.id == root.id, &by)).collect();
    crates.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    crates
}

fn is_macro(package: &Package) -> bool {
    package.targets.iter().any(cargo_metadata::Target::is_proc_macro)
}

/// The crates of a package that may be linked: its library, and of the function's own package its programs.
fn crates_of(package: &Package, is_root: bool, dependents: &BTreeSet<String>) -> Vec<CargoCrate> {
    let is_library = |it: &cargo_metadata::Target| {
        it.is_lib() || it.is_rlib() || it.is_dylib() || it.is_cdylib() || it.is_staticlib()
    };
    let targets = package.targets.iter().filter(|it| is_library(it) || (is_root && it.is_bin()));
    let mut names: Vec<_> = targets.map(|it| it.name.replace('-', "_")).collect();
    names.sort();
    names.dedup();
    let made = |name| CargoCrate {
        name,
        package: package.name.to_string(),
        version: package.version.to_string(),
        dependents: dependents.iter().cloned().collect(),
    };
    names.into_iter().map(made).collect()
}
