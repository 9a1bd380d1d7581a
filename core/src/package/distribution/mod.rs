//! Distributions: what was installed into a package, and which file belongs to which.

mod found;
mod node;
mod python;

pub use found::{Distribution, DistributionId};

pub(super) use found::Distributions;
