//! Other platforms' protocols over the host and its sessions: one directory a protocol, each behind a feature.

#[cfg(feature = "serve")]
pub mod serve;
