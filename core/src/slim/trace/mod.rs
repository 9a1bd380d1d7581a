//! Which files a function reaches, and why each of them.
#![cfg_attr(
    not(any(feature = "node-analyzer", feature = "python-analyzer")),
    allow(
        dead_code,
        unused_imports,
        unused_mut,
        unused_variables,
        unreachable_code,
        reason = "native functions alone are traced"
    )
)]

mod follow;
mod native;
#[cfg(feature = "node-analyzer")]
mod node;
mod observation;
#[cfg(feature = "python-analyzer")]
mod ordered;
#[cfg(feature = "python-analyzer")]
mod python;
mod reached;
mod reason;
pub(crate) mod served;

pub use follow::{TraceOptions, trace};
pub use observation::Observation;
pub use reached::Trace;
pub use reason::{Reason, Why};

pub(crate) use reached::Reached;
