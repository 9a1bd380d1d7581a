//! What the tests of the launcher as a runtime of AWS Lambda share.

pub(crate) mod function;
pub(crate) mod server;
