//! Trees of zygotes, which serve functions that have no zygote of their own.
//!
//! A function begins as a child of the deepest zygote that its plan names and that fits: one all of whose modules the
//! function would itself have found in the same places, and whose imports looked at no environment variable that has
//! another value in the function.

#[cfg(feature = "analyzer")]
mod bare;
mod fits;
mod ground;
mod keeping;
mod literals;
mod node;
mod report;
mod search;
mod stamp;
mod stand;
mod trees;

pub use report::ZygoteReport;

#[cfg(feature = "analyzer")]
pub(super) use bare::{BareCosts, measure};
pub(super) use trees::Grove;
