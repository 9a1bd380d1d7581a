//! A workload, made ready for counting: sets of packages, closed over what they need.

use super::workload::Workload;
use fixedbitset::FixedBitSet;

/// Numbers above are not measured, and would not add up.
const MOST: u64 = 1 << 40;

/// One function: how often it is called, and what may be imported for it in advance.
pub(super) struct Row {
    pub(super) calls: u128,
    pub(super) packages: FixedBitSet,
}

/// The matrix of calls by packages.
pub(super) struct Matrix {
    pub(super) start_us: u128,
    pub(super) root_bytes: u64,
    pub(super) branch_bytes: u64,
    pub(super) rows: Vec<Row>,
    /// With each package all that is imported with it.
    pub(super) closures: Vec<FixedBitSet>,
    import_us: Vec<u64>,
    bytes: Vec<u64>,
}

impl Matrix {
    pub(super) fn of(workload: &Workload) -> Self {
        let count = workload.packages.len();
        let closures: Vec<_> = (0..count).map(|package| closure(workload, package)).collect();
        let row = |usage: &super::Usage| {
            let mut used = FixedBitSet::with_capacity(count);
            used.extend(usage.packages.iter().copied().filter(|package| *package < count));
            // What would bring along something that the function does not import is not for it.
            let packages = used.ones().filter(|package| closures[*package].is_subset(&used));
            Row { calls: usage.calls.min(MOST).into(), packages: collect(count, packages) }
        };
        Self {
            start_us: workload.start_us.min(MOST).into(),
            root_bytes: workload.root_bytes.min(MOST),
            branch_bytes: workload.branch_bytes.min(MOST),
            rows: workload.functions.iter().map(row).collect(),
            import_us: workload.packages.iter().map(|it| it.import_us.min(MOST)).collect(),
            bytes: workload.packages.iter().map(|it| it.bytes.min(MOST)).collect(),
            closures,
        }
    }

    /// No package.
    pub(super) fn nothing(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.closures.len())
    }

    /// Microseconds that importing these takes.
    pub(super) fn import_us(&self, packages: &FixedBitSet) -> u128 {
        packages.ones().map(|package| u128::from(self.import_us[package])).sum()
    }

    /// Bytes that these take.
    pub(super) fn bytes(&self, packages: &FixedBitSet) -> u64 {
        packages.ones().fold(0, |sum, package| sum.saturating_add(self.bytes[package]))
    }

    /// How often these functions are called.
    pub(super) fn calls(&self, functions: &[usize]) -> u128 {
        functions.iter().map(|function| self.rows[*function].calls).sum()
    }
}

fn closure(workload: &Workload, package: usize) -> FixedBitSet {
    let mut found = FixedBitSet::with_capacity(workload.packages.len());
    let mut left = vec![package];
    while let Some(next) = left.pop() {
        if next < found.len() && !found.put(next) {
            left.extend(&workload.packages[next].needs);
        }
    }
    found
}

fn collect(count: usize, packages: impl Iterator<Item = usize>) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(count);
    set.extend(packages);
    set
}
