//! What is reported on.

use headstart::package::Package;
use headstart::slim::{Analysis, Platform, Trace};

/// A package, its analysis, and its trace where its entry is known.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) package: Package,
    pub(crate) analysis: Analysis,
    pub(crate) trace: Option<Trace>,
    pub(crate) platform: Option<Platform>,
    /// Bytes of the archive, where the package is one.
    pub(crate) zip_bytes: Option<u64>,
}

impl Subject {
    /// What the report is called.
    pub(crate) fn name(&self) -> String {
        let source = self.package.source();
        let source = source.canonicalize().unwrap_or_else(|_| source.to_owned());
        source.file_name().unwrap_or(source.as_os_str()).to_string_lossy().into_owned()
    }
}
