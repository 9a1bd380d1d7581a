//! Packaging a function for where it is deployed: with the native launcher as its runtime, and the launcher of its
//! language.
//!
//! Whatever is written is the same whenever and wherever it is made of the same files.

mod contents;
mod image;
mod options;
mod tarball;
mod write;

pub use options::{DeployOptions, DeployTarget};
pub use write::{Deployed, deploy};
