//! The host as a server with AWS Lambda's API: what `boto3` and the AWS CLI send to Lambda, they can send here.
//!
//! Paths, members and errors are those of botocore's service model (`lambda/2015-03-31/service-2.json`);
//! `docs/reference/invoke-api.md` says per call what works and what differs. Functions come from the API and are kept in
//! the state directory, or from directories that are served where they lie.
//!
//! A request is checked (`guard`), its path leads to an operation (`operations`), which asks the `registry` of
//! functions or invokes one (`invocation`). Everything that decides is a pure function of a function's `record`.
//!
//! ```no_run
//! # async fn example() -> Result<(), headstart::Error> {
//! use headstart::Host;
//! use headstart::adapters::serve::Server;
//!
//! let server = Server::builder(Host::builder()).directory("functions/report").build().await?;
//! println!("http://{}", server.address());
//! server.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod body;
mod builder;
mod code;
mod described;
mod directories;
mod entry;
mod events;
mod fault;
mod guard;
mod invocation;
mod limits;
mod live;
mod logs;
mod metrics;
mod name;
mod observed;
mod operations;
mod outcome;
mod own;
mod record;
mod registry;
mod reply;
mod requests;
mod routes;
mod server;
mod signature;
mod store;
mod stream;
mod streaming;
mod tail;
mod target;

pub use builder::ServerBuilder;
pub use events::Retries;
pub use server::Server;
