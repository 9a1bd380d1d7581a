//! Other platforms' protocols on top of the host, a module each, behind a feature each.
//!
//! What workers speak: [`runtime_api`] (AWS Lambda). A function says which one in its `headstart.toml`, as
//! `protocol = "lambda"`; [`function`] makes a [`Function`](crate::Function) of that.

mod configured;
#[cfg(feature = "runtime-api")]
pub mod runtime_api;

pub use configured::{function, protocol};
