//! The image of the arm `image`.

use crate::arguments::TargetArguments;
use headstart::package::{OpenOptions, Package};
use headstart::trial::BakeOptions;
use headstart::{Code, Error};
use std::path::PathBuf;
use tempfile::TempDir;

/// An image, and the directory that holds it where it was baked for this run.
#[derive(Debug)]
pub(super) struct Baked {
    pub(super) image: PathBuf,
    _directory: Option<TempDir>,
}

impl Baked {
    /// One that was named.
    pub(super) fn named(image: PathBuf) -> Self {
        Self { image, _directory: None }
    }

    /// From the package's own events.
    pub(super) async fn bake(target: &TargetArguments, interpreter: PathBuf, reads: bool) -> Result<Self, Error> {
        let failed = |error: std::io::Error| Error::new(Code::SystemIo, "bake the function", error.to_string());
        let directory = tempfile::tempdir().map_err(failed)?;
        let image = directory.path().join("image");
        let package = package(target)?;
        let mut options = BakeOptions::default();
        options.trial = crate::trial::of_target(&package, target)?;
        options.trial.interpreter = Some(interpreter);
        options.reads = reads;
        headstart::trial::bake(&package, &options, &image, |_, _, _| ()).await?;
        Ok(Self { image, _directory: Some(directory) })
    }
}

/// The package of the function that is measured.
pub(super) fn package(target: &TargetArguments) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry.clone_from(&target.entry);
    options.runtime.clone_from(&target.runtime);
    Package::open(&target.path, &options)
}
