//! Headstart takes language-runtime start-up out of serverless cold starts.
//!
//! This crate is what a platform embeds: a [`host::Host`] owns workers (processes that each run one instance
//! of a Python, Node or native function), starts them cold, from a stem or by fork from a zygote, and passes
//! them events over the bootstrap protocol. `ARCHITECTURE.md` in the repository is the map.
//!
//! ```no_run
//! # async fn example() -> Result<(), headstart::Error> {
//! use headstart::{Deadline, Function, Host, Prewarm};
//! use std::time::Duration;
//!
//! let host = Host::builder().state_dir("/var/lib/headstart").build().await?;
//! let report = host.register(Function::from_dir("fn/report", "app.handler").runtime("python3.12")).await?;
//! host.prewarm(&report, Prewarm::zygote()).await?;
//! let reply = host.invoke(&report, r#"{"rows": []}"#, Deadline::after(Duration::from_secs(3))).await?;
//! println!("{}", String::from_utf8_lossy(reply.payload()));
//! host.stop(Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! * `host` (default): the host and everything below it. Without it the crate is the protocol's pure part and
//!   the C interface of native functions ([`native`]), which is what a handler library needs.
//! * `preload`: init images, read and written ([`preload`]); part of `host`.
//! * `runtime-api`: workers that speak the AWS Lambda Runtime API ([`adapters`]). `platforms`: those of OpenWhisk, Function
//!   Compute, Fission, Functions Framework, Knative and SCF too, and what answers these platforms in a container.
//! * `cache` (default): caches in the process and on the node ([`cache`]). `redis-store`: on a Redis or Valkey server too.
//! * `analyzer`: packages on disk, binaries, and what the analyzers of all languages share. `python-analyzer` and
//!   `node-analyzer` bring the parsers, `native-analyzer` what asks Cargo about projects.
//!
//! * `serve`: the host as a server with AWS Lambda's API ([`adapters::serve`]).
//!
//! # Modules, lowest first
//! A module imports only those above it in this list; `tests/module_order.rs` keeps it so.

pub mod error;

pub mod config;
pub mod sys;

pub mod package;

pub mod bootstrap;

#[cfg(feature = "analyzer")]
pub mod slim;

#[cfg(feature = "preload")]
pub mod preload;

#[cfg(feature = "cache")]
pub mod cache;

pub mod native;

#[cfg(feature = "host")]
pub mod snapshot;

#[cfg(feature = "host")]
pub mod instance;

#[cfg(feature = "host")]
pub mod prewarm;

#[cfg(feature = "host")]
pub mod host;

#[cfg(feature = "host")]
pub mod adapters;

#[cfg(feature = "analyzer")]
pub mod trial;

#[cfg(feature = "analyzer")]
pub mod deploy;

pub use error::{Code, Error};

#[cfg(feature = "host")]
pub use host::{Deadline, Function, FunctionId, Host, Prewarm, Reply};
