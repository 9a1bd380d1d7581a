//! `cargo xtask conformance`: other platforms' own programs against ours.

mod bootstrap;
mod run;
mod templates;
mod traffic;

pub(crate) use run::{Arguments, run};
