//! Where a package's bytes are, what can go, and what platforms allow.

mod limit;
mod timed;
mod whole;

pub use limit::{LIMITS, Limit, Platform};
pub use timed::LoadedModule;
pub use whole::{Analysis, Part};
