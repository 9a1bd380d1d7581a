//! The image of the arm `image`.

use crate::arguments::{Arm, BenchArguments, TargetArguments};
use headstart::package::{OpenOptions, Package};
use headstart::trial::BakeOptions;
use headstart::{Code, Error};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An image, and the directory that holds it where it was baked for this run.
#[derive(Debug)]
pub(super) struct Baked {
    pub(super) image: PathBuf,
    _directory: Option<TempDir>,
}

impl Baked {
    /// The image of an arm, where it has one: the one that was named, else one from the package's own events.
    pub(super) async fn of(arm: Arm, arguments: &BenchArguments, interpreter: &Path) -> Result<Option<Self>, Error> {
        let named = match arm {
            Arm::Image => &arguments.target.image,
            Arm::ImageDefer => &arguments.deferred_image,
            _ => return Ok(None),
        };
        match named {
            Some(image) => Ok(Some(Self { image: image.clone(), _directory: None })),
            None => Self::bake(arm, arguments, interpreter).await.map(Some),
        }
    }

    async fn bake(arm: Arm, arguments: &BenchArguments, interpreter: &Path) -> Result<Self, Error> {
        let target = &arguments.target;
        let failed = |error: std::io::Error| Error::new(Code::SystemIo, "bake the function", error.to_string());
        let directory = tempfile::tempdir().map_err(failed)?;
        let image = directory.path().join("image");
        let package = package(target)?;
        let mut options = BakeOptions::default();
        options.trial = crate::trial::of_target(&package, target)?;
        options.trial.interpreter = Some(interpreter.to_owned());
        options.reads = arguments.cold_disk;
        options.defer = arm == Arm::ImageDefer;
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
