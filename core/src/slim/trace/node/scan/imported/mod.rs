//! Which imports of a source are needed, and when: while it is loaded, later, or never.
//!
//! ```text
//! found      the imports at the top of a source, and what they bind
//!   running    which of its functions may run while it is loaded
//!     held       where a value goes: run on the spot, under a name, to whoever loads the source
//! ```
//!
//! What cannot be told counts as needed at once: a finding must not be wrong.

mod found;
mod held;
mod running;

pub(super) use found::imported;

/// When a source needs what an import gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::slim::trace::node) enum When {
    /// It gives nothing: the module is loaded for what loading it does.
    Effect,
    /// Nothing refers to it.
    Never,
    /// Only functions that do not run while the source is loaded.
    Later,
    /// While the source is loaded.
    Loading,
}

/// An import at the top of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::slim::trace::node) struct Imported {
    /// The module's name, as it stands there.
    pub name: String,
    /// The line, from 1; before lines are counted, the offset.
    pub line: u32,
    pub when: When,
}
