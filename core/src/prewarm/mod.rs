//! What to have ready, decided: pure functions of what is known, so that every decision can be replayed.
//!
//! [`tree`] says which zygotes are worth their memory, [`ZygotePlan`] is such a plan as a host reads it, and [`Priorities`]
//! says which zygote goes where there is not enough memory after all.

mod plan;
mod priorities;
mod start;
pub mod tree;

pub use plan::{PlannedFunction, PlannedNode, PlannedTree, ZygotePlan};
pub use priorities::Priorities;
pub use start::start_variables;
