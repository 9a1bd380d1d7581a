//! What is known of a Cargo project and of what it built.

use std::path::PathBuf;

/// What a target of a package is built to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Product {
    /// A program, as platforms start one: `bootstrap`.
    Program,
    /// A shared library with a C interface, as the native launcher loads one.
    Library,
}

/// A Cargo package whose function was built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CargoProject {
    /// The directory of its Cargo.toml.
    pub directory: PathBuf,
    /// The package's name.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// What its target is built to.
    pub product: Product,
    /// The profile that it was built with: `release`, `dev`.
    pub profile: String,
    /// The built file, absolute.
    pub artifact: PathBuf,
    /// The package itself and what it is linked from, by normal dependencies that are no procedural macros.
    pub crates: Vec<CargoCrate>,
    /// What the workspace's Cargo.toml says of the profile.
    pub settings: ProfileSettings,
}

/// A crate that a function is linked from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CargoCrate {
    /// Its name in symbols: `serde_json`.
    pub name: String,
    /// The package that it comes from: `serde-json`.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The packages that ask for it, with their versions.
    pub dependents: Vec<String>,
}

/// The options of a build profile that are set; a value is as Cargo.toml writes it, without quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileSettings {
    /// `opt-level`.
    pub opt_level: Option<String>,
    /// `lto`.
    pub lto: Option<String>,
    /// `codegen-units`.
    pub codegen_units: Option<String>,
    /// `panic`.
    pub panic: Option<String>,
}

impl CargoProject {
    /// The versions of the crates that have this name in symbols, in order.
    pub fn versions(&self, name: &str) -> Vec<&str> {
        self.crates.iter().filter(|it| it.name == name).map(|it| it.version.as_str()).collect()
    }
}
