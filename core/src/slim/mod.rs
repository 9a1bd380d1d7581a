//! The analyzer and the slimmer: what a function reaches, what it does not need, and a package without it.
//!
//! [`trace()`] follows the entry through every file of a [`Package`](crate::package::Package); what it finds
//! besides (an import that cannot be resolved, a source that does not parse) are [`Finding`]s.

mod finding;
mod trace;

pub use finding::{Finding, Level, Rule};
pub use trace::{Observation, Reason, Trace, TraceOptions, Why, trace};
