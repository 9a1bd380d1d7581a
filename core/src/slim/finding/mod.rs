//! What the analyzer has to say: a rule, where it applies, what it would save, and what to do.

mod rule;
mod rules;
mod told;

pub use rule::{Level, Rule};
pub use told::Finding;

pub(crate) use rules::{Subject, find_all};
