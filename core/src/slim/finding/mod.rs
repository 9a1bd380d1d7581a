//! What the analyzer has to say: a rule, where it applies, what it would save, and what to do.

mod rule;
mod told;

pub use rule::{Level, Rule};
pub use told::Finding;
