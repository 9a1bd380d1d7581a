//! Two packages of one function on the same events: whether anyone could tell them apart.

mod capture;
mod compare;
mod comparison;
mod files;
mod json;
mod lines;
mod normal;
mod run;

pub use comparison::{Aspect, Comparison, Difference, Worker};
pub use run::verify;

pub(super) use run::verify_image;
