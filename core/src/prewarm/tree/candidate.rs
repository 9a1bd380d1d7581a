//! What could be added to a tree next.

use super::fit::Grown;
use super::matrix::Matrix;
use fixedbitset::FixedBitSet;
use std::cmp::Ordering;

/// What imports faster than this is not worth a process: a fork takes about as long.
const LEAST_US: u128 = 1_000;

/// Packages to import in advance for some of the functions that begin at a node.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) packages: FixedBitSet,
    pub(super) functions: Vec<usize>,
    /// Whether the node itself takes them in: all that begin there want them, and nothing stands upon it.
    pub(super) grows: bool,
    pub(super) gain_us: u128,
    pub(super) bytes: u64,
}

impl Candidate {
    /// The best of a node that costs no more than what is left.
    pub(super) fn best(matrix: &Matrix, node: &Grown, left: u64) -> Option<Self> {
        let mut wanted = matrix.nothing();
        for function in &node.functions {
            wanted.union_with(&matrix.rows[*function].packages);
        }
        wanted.difference_with(&node.packages);
        let splits = wanted.ones().flat_map(|package| Self::splits(matrix, node, package));
        let affordable = splits.filter(|candidate| candidate.bytes <= left && candidate.gain_us > 0);
        // Of equals the first, so that a plan is always the same.
        affordable.reduce(|best, next| if next.compare(&best) == Ordering::Greater { next } else { best })
    }

    /// The functions that import a package, with as little as that takes, and with all that they have in common.
    fn splits(matrix: &Matrix, node: &Grown, package: usize) -> impl Iterator<Item = Self> {
        let has = |function: &usize| matrix.rows[*function].packages.contains(package);
        let functions: Vec<usize> = node.functions.iter().copied().filter(has).collect();
        let mut common = matrix.rows[functions[0]].packages.clone();
        for function in &functions {
            common.intersect_with(&matrix.rows[*function].packages);
        }
        let sets = [matrix.closures[package].clone(), common];
        sets.map(|packages| Self::new(matrix, node, packages, functions.clone())).into_iter().flatten()
    }

    fn new(matrix: &Matrix, node: &Grown, mut packages: FixedBitSet, functions: Vec<usize>) -> Option<Self> {
        packages.difference_with(&node.packages);
        let grows = node.parent.is_some() && !node.has_children && functions.len() == node.functions.len();
        let import_us = matrix.import_us(&packages);
        let bytes = matrix.bytes(&packages).saturating_add(if grows { 0 } else { matrix.branch_bytes });
        let gain_us = matrix.calls(&functions) * import_us;
        (grows || import_us >= LEAST_US).then_some(Self { packages, functions, grows, gain_us, bytes })
    }

    /// By gain for each byte.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.ratio().total_cmp(&other.ratio())
    }

    #[expect(clippy::cast_precision_loss, reason = "an order of estimates")]
    fn ratio(&self) -> f64 {
        self.gain_us as f64 / self.bytes.max(1) as f64
    }
}
