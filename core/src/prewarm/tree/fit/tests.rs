use super::super::{PackageCost, Usage};
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn package(import_us: u64, bytes: u64, needs: &[usize]) -> PackageCost {
    PackageCost { import_us, bytes, needs: needs.to_vec() }
}

fn usage(calls: u64, packages: &[usize]) -> Usage {
    Usage { calls, packages: packages.to_vec() }
}

/// numpy, pandas on it, an HTTP client; two functions of each.
fn example() -> Workload {
    Workload {
        start_us: 20_000,
        root_bytes: 10,
        branch_bytes: 2,
        packages: vec![package(80_000, 20, &[]), package(300_000, 50, &[0]), package(60_000, 10, &[])],
        functions: vec![
            usage(1, &[0]),
            usage(1, &[0]),
            usage(1, &[0, 1]),
            usage(1, &[0, 1]),
            usage(1, &[2]),
            usage(5, &[2]),
        ],
    }
}

fn way(tree: &Tree, mut at: usize) -> Vec<usize> {
    let mut packages = Vec::new();
    loop {
        packages.extend(&tree.nodes[at].packages);
        match tree.nodes[at].parent {
            Some(parent) => at = parent,
            None => return packages,
        }
    }
}

fn node_of(tree: &Tree, function: usize) -> usize {
    tree.nodes.iter().position(|node| node.functions.contains(&function)).unwrap()
}

#[test]
fn what_functions_share_is_imported_once() {
    let tree = fit(&[example()], 1_000);
    let sets: Vec<_> = (0..6).map(|function| way(&tree, node_of(&tree, function))).collect();
    assert_eq!(sets, [vec![0], vec![0], vec![1, 0], vec![1, 0], vec![2], vec![2]]);
    let (one, other) = (node_of(&tree, 0), node_of(&tree, 2));
    assert_eq!(tree.nodes[other].parent, Some(one), "pandas stands on numpy");
    assert_eq!(tree.bytes, 10 + (20 + 2) + (50 + 2) + (10 + 2));
    assert_eq!(tree.gain_us, 10 * 20_000 + 4 * 80_000 + 2 * 300_000 + 6 * 60_000);
}

#[test]
fn what_gains_most_for_its_memory_comes_first() {
    let tree = fit(&[example()], 10 + 12);
    assert_eq!(tree.nodes.len(), 2);
    assert_eq!(tree.nodes[1].packages, [2], "the client is called most and is small");
    assert_eq!(fit(&[example()], 9), Tree::default(), "not even the root fits");
}

#[test]
fn what_would_bring_along_something_foreign_is_not_imported() {
    let mut workload = example();
    workload.functions = vec![usage(1, &[1])];
    assert_eq!(fit(&[workload], 1_000).nodes.len(), 1, "pandas needs numpy, which the function does not import");
}

#[test]
fn odd_input_is_no_trouble() {
    assert_eq!(fit(&[], u64::MAX), Tree::default());
    let odd = Workload {
        start_us: u64::MAX,
        root_bytes: 0,
        branch_bytes: 0,
        packages: vec![package(u64::MAX, u64::MAX, &[0, 1, 7]), package(0, 0, &[0])],
        functions: vec![usage(u64::MAX, &[0, 0, 1, 9]), usage(0, &[])],
    };
    assert!(fit(&[odd.clone(), odd], u64::MAX).gain_us > 0);
}

fn workload() -> impl Strategy<Value = Workload> {
    let packages = vec((0_u64..500_000, 0_u64..100, vec(0_usize..14, 0..3)), 0..12);
    let functions = vec((0_u64..20, vec(0_usize..14, 0..10)), 0..20);
    (0_u64..50_000, 0_u64..20, 0_u64..10, packages, functions).prop_map(
        |(start_us, root_bytes, branch_bytes, packages, functions)| Workload {
            start_us,
            root_bytes,
            branch_bytes,
            packages: packages.iter().map(|(us, bytes, needs)| package(*us, *bytes, needs)).collect(),
            functions: functions.iter().map(|(calls, packages)| usage(*calls, packages)).collect(),
        },
    )
}

proptest! {
    #[test]
    fn promises_are_kept(workloads in vec(workload(), 0..3), budget in 0_u64..600) {
        let tree = fit(&workloads, budget);
        prop_assert!(tree.bytes <= budget);
        prop_assert_eq!(tree.bytes, tree.nodes.iter().map(|node| node.bytes).sum::<u64>());
        prop_assert_eq!(tree.gain_us, tree.nodes.iter().map(|node| node.gain_us).sum::<u64>());
        prop_assert_eq!(&tree, &fit(&workloads, budget), "the same again");
        for (at, node) in tree.nodes.iter().enumerate() {
            prop_assert!(node.gain_us > 0);
            prop_assert!(node.parent.is_none_or(|parent| parent < at && tree.nodes[parent].workload == node.workload));
            let set = way(&tree, at);
            let mut unique = set.clone();
            unique.sort_unstable();
            unique.dedup();
            prop_assert_eq!(unique.len(), set.len(), "a child only adds");
            let workload = &workloads[node.workload];
            for package in &set {
                let needs = workload.packages[*package].needs.iter().filter(|it| **it < workload.packages.len());
                prop_assert!(needs.into_iter().all(|needed| set.contains(needed)), "with what it needs");
            }
            for function in &node.functions {
                prop_assert!(set.iter().all(|package| workload.functions[*function].packages.contains(package)));
            }
        }
        for (number, workload) in workloads.iter().enumerate().filter(|(it, _)| tree.nodes.iter().any(|node| node.workload == *it)) {
            for function in 0..workload.functions.len() {
                let count = tree.nodes.iter().filter(|node| node.workload == number && node.functions.contains(&function)).count();
                prop_assert_eq!(count, 1, "every function begins at one node");
            }
        }
    }

    /// As long as what gains most fits, more memory is a longer run of the same steps.
    #[test]
    fn what_was_enough_is_enough(workloads in vec(workload(), 1..3), budget in 0_u64..600) {
        let whole = fit(&workloads, u64::MAX);
        prop_assert!(fit(&workloads, budget).gain_us <= whole.gain_us);
        prop_assert_eq!(fit(&workloads, whole.bytes), whole);
    }
}
