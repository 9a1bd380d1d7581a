//! What is known of functions before a tree is fitted to them.

/// The functions that run on one interpreter, and what they import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    /// Microseconds from the start of the interpreter until a function can be imported: what every fork saves.
    pub start_us: u64,
    /// Bytes of memory of a zygote that has imported nothing.
    pub root_bytes: u64,
    /// Bytes of a zygote that another one forked, before it imports anything.
    pub branch_bytes: u64,
    /// What functions import.
    pub packages: Vec<PackageCost>,
    /// The functions.
    pub functions: Vec<Usage>,
}

/// What is imported as one: modules of one origin that the same functions load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageCost {
    /// Microseconds that importing it takes, without what it needs.
    pub import_us: u64,
    /// Bytes of memory that it takes, without what it needs.
    pub bytes: u64,
    /// The packages that are imported with it, by their places among the workload's. What is no place is nothing.
    pub needs: Vec<usize>,
}

/// One function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// How often it is started, in relation to the others.
    pub calls: u64,
    /// What it imports, by places among the workload's packages. What is no place is nothing.
    pub packages: Vec<usize>,
}
