//! The analyzer and the slimmer: what a function reaches, what it does not need, and a package without it.
//!
//! [`trace()`] follows the entry through every file of a [`Package`](crate::package::Package); what it finds
//! besides (an import that cannot be resolved, a source that does not parse) are [`Finding`]s.

mod analysis;
pub mod binary;
mod category;
mod cold;
mod finding;
mod output;
mod plan;
mod strip;
mod trace;

pub use analysis::{Analysis, Baseline, LIMITS, Limit, LoadedModule, Part, Platform};
pub use cold::{Codec, ColdArchive, ColdEntry};
pub use finding::{Finding, Level, Rule};
pub use output::{BytecodeCheck, ColdPlace, Progress, SlimOptions, Slimmed, Step, slim};
pub(crate) use output::{Move, Stage, compile_bytecode, copy_files, open_to_all, put_in_place, write_zip};
pub use plan::{Decision, Keep, OWN_DIRECTORY, Plan, PlanOptions, Sources};
pub use trace::{Observation, Reason, Trace, TraceOptions, Why, trace};
