//! One function, served as a platform wants it: what runs in a platform's container, in place of its own runtime.
//!
//! The platform's requests are answered by a [`Host`](crate::Host), so that its first request finds an instance that is ready,
//! or starts one from the nearest tier. `docs/reference/platforms.md` says what each platform's calls come to.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use headstart::adapters::front::{Front, Platform};
//! use headstart::{Function, Host};
//!
//! let host = Host::builder().build().await?;
//! let function = host.register(Function::from_dir("fn/report", "app.handler")).await?;
//! let front = Front::new(Platform::Knative, host).function(function);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! front.serve(listener, std::future::pending(), std::time::Duration::from_secs(10)).await;
//! # Ok(())
//! # }
//! ```

mod fission;
mod function_compute;
mod http;
mod openwhisk;
mod platform;
mod served;
mod setting;

pub use platform::Platform;
pub use setting::Front;
