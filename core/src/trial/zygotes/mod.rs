//! Which zygotes are worth having for some functions, found out by running them.

mod columns;
mod measured;
mod plan;
mod planned;

pub use plan::{Trainee, plan_zygotes};
