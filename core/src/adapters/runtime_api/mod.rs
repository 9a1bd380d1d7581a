//! The AWS Lambda Runtime API, its server side: programs that were made for Lambda serve as workers unchanged.
//!
//! A worker's process finds an address in `AWS_LAMBDA_RUNTIME_API` and asks there for events, one HTTP request after the
//! other. Here each process has a listener of its own on the loopback device, which takes connections of processes of this
//! user only; what is asked there becomes messages of the bootstrap protocol, so that the host sees a worker like any
//! other. Runtimes are `awslambdaric` (Python), `aws-lambda-ric` (Node), what is built with `lambda_runtime` (Rust), and any
//! `bootstrap` program.
//!
//! Sources: AWS Lambda Developer Guide, "Using the Lambda runtime API", "Using the Lambda Extensions API", "Building a
//! custom runtime", "Runtime hooks for snapshots"; what these leave open is as the AWS Lambda Runtime Interface Emulator
//! has it. `docs/reference/runtime-api.md` says per call what is there.

mod connections;
mod conversation;
mod dialect;
mod environment;
mod event;
mod extensions;
mod facts;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod protocol;
mod raised;
mod reception;
mod reply;
mod resuming;
pub mod route;
mod server;
mod translator;

pub use protocol::{NAME, RuntimeApi};

#[cfg(feature = "platforms")]
pub(super) use {
    dialect::Dialect,
    facts::Facts,
    server::{Arrivals, listen},
    translator::Conversing,
};
