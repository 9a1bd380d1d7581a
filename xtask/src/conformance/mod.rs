//! `cargo xtask conformance`: other platforms' own programs against ours.

mod run;
mod runtime_api;

pub(crate) use run::{Arguments, run};
