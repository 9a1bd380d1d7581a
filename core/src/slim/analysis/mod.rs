//! Where a package's bytes are, what can go, and what platforms allow.

mod baseline;
mod limit;
mod timed;
mod whole;

pub use baseline::Baseline;
pub use limit::{LIMITS, Limit, Platform};
pub use timed::LoadedModule;
pub use whole::{Analysis, Part};
