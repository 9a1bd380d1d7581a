//! `cargo xtask conformance`: other platforms' own programs against ours.

mod bootstrap;
mod functions_framework;
mod invoke_api;
mod package;
mod run;
mod runtime_api;
mod templates;
mod traffic;

pub(crate) use run::{Arguments, run};
