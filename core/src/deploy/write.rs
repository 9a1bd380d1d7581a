//! From a package to what is deployed.

use super::options::{DeployOptions, DeployTarget};
use super::{contents, image, tarball};
use crate::error::{Code, Error, Result};
use crate::package::{Architecture, Package, elf};
use crate::slim::{Move, Stage, open_to_all, put_in_place, write_zip};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What marks an image in its layout.
const LAYOUT: &str = "oci-layout";

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deployed {
    /// Where it is.
    pub out: PathBuf,
    /// Bytes of it.
    pub bytes: u64,
    /// Of a file, its SHA-256 digest in base64, as AWS Lambda tells it of a function's code.
    pub sha256: Option<String>,
    /// What the reader should know, one sentence each.
    pub notes: Vec<String>,
}

/// Writes what is deployed to `options.out`: whole, or not at all.
///
/// Fails with `package.output_exists`, `package.output_inside`, `package.object_invalid` (the launcher is no program for
/// Linux), `runtime.not_found` (launcher or interpreter) and `system.io`.
pub fn deploy(package: &Package, options: &DeployOptions) -> Result<Deployed> {
    let architecture = architecture(&options.launcher)?;
    let is_ours = |out: &Path| options.force && (out.is_file() || out.join(LAYOUT).is_file());
    let stage =
        Stage::open_where(package, &options.out, is_ours).map_err(|error| error.during("package the function"))?;
    let content = stage.path().join("content");
    fs::create_dir(&content).map_err(|error| failed(&error))?;
    let notes = contents::fill(package, options, &content)?;
    let made = stage.path().join("made");
    make(package, options, architecture, &content, &made)?;
    let (bytes, sha256) = measure(&made)?;
    put_in_place(&[Move { from: made, to: stage.out().to_owned() }], stage.path())
        .map_err(|error| error.during("package the function"))?;
    Ok(Deployed { out: stage.out().to_owned(), bytes, sha256, notes })
}

fn make(
    package: &Package,
    options: &DeployOptions,
    architecture: Architecture,
    content: &Path,
    made: &Path,
) -> Result<()> {
    if options.target != DeployTarget::Oci {
        return write_zip(content, made, &());
    }
    let is_archive = options.out.extension().is_some_and(|it| it == "tar");
    let layout = if is_archive { made.with_file_name("layout") } else { made.to_owned() };
    fs::create_dir(&layout).and_then(|()| open_to_all(&layout)).map_err(|error| failed(&error))?;
    image::write(package, content, &layout, architecture)?;
    if is_archive {
        let archive = File::create_new(made).map_err(|error| failed(&error))?;
        tarball::write(&layout, io::BufWriter::new(archive))?;
    }
    Ok(())
}

/// What the launcher was built for: the function runs where it does.
fn architecture(launcher: &Path) -> Result<Architecture> {
    let about = |error: Error| error.during("read the native launcher").with("launcher", launcher.display());
    if !launcher.is_file() {
        return Err(about(Error::new(Code::RuntimeNotFound, "", "there is no such file")));
    }
    let needed = elf::needed_at(launcher).map_err(about)?;
    needed
        .architecture
        .filter(|_| !needed.is_foreign)
        .ok_or_else(|| about(Error::new(Code::ObjectInvalid, "", "it is no program for Linux on x64 or arm64")))
}

fn measure(made: &Path) -> Result<(u64, Option<String>)> {
    if made.is_file() {
        let bytes = fs::read(made).map_err(|error| failed(&error))?;
        return Ok((bytes.len() as u64, Some(BASE64_STANDARD.encode(Sha256::digest(&bytes)))));
    }
    let blobs = fs::read_dir(made.join("blobs/sha256")).map_err(|error| failed(&error))?.flatten();
    Ok((blobs.filter_map(|blob| blob.metadata().ok()).map(|it| it.len()).sum(), None))
}

fn failed(error: &io::Error) -> Error {
    Error::new(Code::SystemIo, "package the function", error.to_string())
}
