//! Runtimes of AWS Lambda, ours and AWS's own, on a Runtime API that follows a script: for the bench and the conformance.

pub(crate) mod runtimes;
pub(crate) mod tree;

/// The same that the launcher's tests have.
#[path = "../../../runtimes/native/tests/support/server.rs"]
#[allow(dead_code, clippy::expect_used, clippy::unwrap_used, reason = "written for tests")]
pub(crate) mod server;
