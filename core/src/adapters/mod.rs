//! Other platforms' protocols on top of the host, a module each, behind a feature each.
//!
//! [`serve`] is AWS Lambda's API over HTTP. What workers speak: [`runtime_api`] (AWS Lambda); with the feature `platforms` [`openwhisk`], [`function_compute`]
//! (Alibaba Cloud), [`fission`], [`functions_framework`] (Google), [`knative`], [`scf`] (Tencent Cloud). A function says which one in its `headstart.toml`, as
//! `protocol = "lambda"`; [`function`] makes a [`Function`](crate::Function) of that.

#[cfg(feature = "runtime-api")]
mod bodies;
mod configured;
#[cfg(feature = "platforms")]
pub mod fission;
#[cfg(feature = "platforms")]
pub mod front;
#[cfg(feature = "platforms")]
pub mod function_compute;
#[cfg(feature = "platforms")]
pub mod functions_framework;
#[cfg(feature = "platforms")]
pub mod http;
#[cfg(feature = "platforms")]
mod http_worker;
#[cfg(feature = "platforms")]
pub mod knative;
#[cfg(any(feature = "platforms", feature = "serve"))]
mod listening;
#[cfg(feature = "platforms")]
pub mod openwhisk;
#[cfg(feature = "runtime-api")]
pub mod runtime_api;
#[cfg(feature = "platforms")]
pub mod scf;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "runtime-api")]
mod speaking;

pub use configured::{function, protocol};
