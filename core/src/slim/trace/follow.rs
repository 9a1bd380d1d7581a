//! Tracing a function, whatever its language.

use super::observation::Observation;
use super::reached::{Reached, Trace};
use super::reason::{Reason, Why};
use crate::error::{Code, Error, Result};
use crate::package::{FileId, Language, Package, Target};
use crate::slim::plan::{MANIFEST, OWN_DIRECTORY};
use std::path::PathBuf;

/// How a function is traced.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TraceOptions {
    /// The machine that it will run on. Default: this one.
    pub target: Target,
    /// The interpreter's version, `(3, 12)` or `(24, 0)`. Default: what the package's runtime says, else the
    /// newest.
    pub version: Option<(u32, u32)>,
    /// Paths below the package that are reached by decree, with what they import; a directory means all
    /// below it.
    pub include: Vec<PathBuf>,
    /// What was seen while it ran on its events.
    pub observation: Option<Observation>,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self { target: Target::here(), version: None, include: Vec::new(), observation: None }
    }
}

impl TraceOptions {
    /// The version to go by: the one asked for, the package's, else `newest`.
    pub(super) fn version_of(&self, package: &Package, newest: (u32, u32)) -> (u32, u32) {
        self.version.or_else(|| package.version()).unwrap_or(newest)
    }
}

/// Follows the entry of `package` to every file that it reaches.
///
/// Fails with `function.entry_not_found` where the entry names no file, `system.unsupported` where this build has no
/// analyzer for the language or the package was slimmed, `config.missing` where nothing tells the entry,
/// `package.object_invalid` where a native function's own binary is damaged.
pub fn trace(package: &Package, options: &TraceOptions) -> Result<Trace> {
    refuse_slimmed(package)?;
    let mut reached = Reached::new(package.tree());
    let mut seeds = Vec::new();
    for file in included(package, options).chain(observed(package, options)) {
        seeds.push(file);
    }
    match package.runtime().language() {
        #[cfg(feature = "python-analyzer")]
        Language::Python => super::python::trace(package, options, &seeds, &mut reached)?,
        #[cfg(feature = "node-analyzer")]
        Language::Node => super::node::trace(package, options, &seeds, &mut reached)?,
        Language::Native => super::native::trace(package, options, &seeds, &mut reached)?,
        #[cfg(not(all(feature = "node-analyzer", feature = "python-analyzer")))]
        language => return Err(unsupported(language)),
    }
    Ok(reached.finish())
}

#[cfg(not(all(feature = "node-analyzer", feature = "python-analyzer")))]
fn unsupported(language: Language) -> crate::error::Error {
    let text = format!("this build has no analyzer for {}", language.name());
    crate::error::Error::new(crate::error::Code::SystemUnsupported, "trace the function", text)
}

/// What a slimmed package reaches is in its archive: it would be taken for unreached.
fn refuse_slimmed(package: &Package) -> Result<()> {
    let manifest = package.directory().join(OWN_DIRECTORY).join(MANIFEST);
    if package.runtime().language() == Language::Native || package.tree().at(&manifest).is_none() {
        return Ok(());
    }
    Err(Error::new(Code::SystemUnsupported, "trace the function", "the package was slimmed, and part of it is cold")
        .with("package", package.source().display())
        .hint("name the package that it was made from"))
}

fn included<'a>(package: &'a Package, options: &'a TraceOptions) -> impl Iterator<Item = (FileId, Reason)> + 'a {
    let below = options.include.iter().map(|path| package.directory().join(path));
    below.flat_map(|path| package.tree().below(&path)).map(|file| (file, Reason::of(Why::Included)))
}

fn observed<'a>(package: &'a Package, options: &'a TraceOptions) -> impl Iterator<Item = (FileId, Reason)> + 'a {
    let observation = options.observation.iter();
    let opened = observation.clone().flat_map(Observation::paths).map(|path| (path, Why::Observed));
    let read = observation.flat_map(|it| &it.sources).map(|path| (path, Why::Read));
    opened.chain(read).filter_map(|(path, why)| Some((package.tree().find(path)?, Reason::of(why))))
}
