//! What following one file comes to.

use super::scan::When;
use crate::package::FileId;
use crate::slim::Finding;
use crate::slim::trace::Reason;

/// What one file reaches, in the order in which it stands there.
#[derive(Debug, Default)]
pub(super) struct Followed {
    pub(super) reached: Vec<(FileId, Reason, Depth)>,
    pub(super) findings: Vec<Finding>,
    /// Whether it was parsed.
    pub(super) is_parsed: bool,
    /// Whether what it imports is not known, so that all of its package is kept.
    pub(super) is_unclear: bool,
    /// Names of installed packages that stand in it as texts, with lines.
    pub(super) names: Vec<(String, u32)>,
    /// Names that count only where some code loads modules by names that are not known.
    pub(super) weak_names: Vec<(String, u32)>,
    /// Whether it loads modules by names that are not known.
    pub(super) is_computed: bool,
    /// What the function's own code imports at its top, as far as it was found.
    pub(super) imports: Vec<Import>,
}

/// A file that the function's own code imports at its top.
#[derive(Debug, Clone)]
pub(super) struct Import {
    pub(super) file: FileId,
    /// The module, by the name it is imported by.
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) when: When,
}

/// How far a file that is reached is followed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// It is data to those who reach it.
    Not,
    /// It may run: what it imports is reached, and what it lacks is no fault.
    MayRun,
    /// It runs.
    Runs,
}
