//! `cargo xtask conformance`: other platforms' own programs against ours.

mod functions_framework;
mod package;
mod run;
mod runtime_api;

pub(crate) use run::{Arguments, run};
