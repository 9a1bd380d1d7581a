//! `cargo xtask conformance`: what real clients and runtimes make of us. One file a suite.

mod invoke_api;
mod suite;

pub(crate) use suite::{Suite, run};
