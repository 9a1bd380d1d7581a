//! Cargo projects: which package and which of its targets is the function, where it was built, and of what.
//!
//! Cargo is asked (`cargo metadata`) without a network and without writing, and never to build.

#[cfg(feature = "native-analyzer")]
mod artifact;
#[cfg(feature = "native-analyzer")]
mod choose;
#[cfg(feature = "native-analyzer")]
mod graph;
#[cfg(feature = "native-analyzer")]
mod metadata;
#[cfg(feature = "native-analyzer")]
mod profile;
mod project;

#[cfg(feature = "native-analyzer")]
pub(super) use metadata::{Wanted, find};
pub use project::{CargoCrate, CargoProject, Product, ProfileSettings};

/// The file that makes a directory a Cargo project.
pub(super) const MANIFEST: &str = "Cargo.toml";
/// Cargo's directory for what it builds, where it stands beside a manifest.
pub(super) const TARGET_DIRECTORY: &str = "target";

/// Whether Cargo builds into a directory: `target/release`. What else is in it is no part of a package.
pub(super) fn is_built_into(directory: &std::path::Path) -> bool {
    directory.join(".cargo-lock").is_file() && directory.join("deps").is_dir()
}
