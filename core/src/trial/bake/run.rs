//! From a function to its image.

use super::beside;
use super::check::{Times, compare, time};
use super::defer::Deferral;
use super::options::BakeOptions;
use super::report::unsound;
use super::{node, python, reads};
use crate::error::{Code, Error, Result};
use crate::package::{Language, Package};
use crate::preload::{EntryKind, IN_PACKAGE, ImageWriter, READS};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// An image that was written.
#[derive(Debug)]
#[non_exhaustive]
pub struct Baked {
    /// Where it is.
    pub out: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Which form it has: of those that are possible, the one in which the function starts fastest.
    pub form: ImageForm,
    /// How many modules it has.
    pub modules: usize,
    /// Bytes that a start reads from disk, and that hosts have the kernel read ahead; 0 where that cannot be told.
    pub reads_bytes: u64,
    /// Modules that the import system goes on to find, and why.
    pub left: Vec<(String, String)>,
    /// What is to be known of the image, a sentence each.
    pub notes: Vec<String>,
    /// Events that the function failed on, by name; it does so with the image too.
    pub failures: Vec<(String, Error)>,
    /// What waits, where that was asked for.
    pub deferral: Option<Deferral>,
    /// Microseconds of a start without the image, from the process to the answer to the first event, where there is one.
    pub without_us: u64,
    /// The same with the image.
    pub with_us: u64,
    /// How many events the results, errors and output with and without the image were compared on.
    pub compared: usize,
}

/// Runs a function on its events, writes what its start found out into an image at `out`, and compares what the
/// function does with and without it. `step` is called with what is done now, and how many of how many steps are.
///
/// An image in its package ([`IN_PACKAGE`]) has files beside it for platforms that do not run our launcher: with
/// `headstart_shim.handler` as the entry they start from it too.
///
/// To be called within a tokio runtime with time and I/O enabled. Fails with what importing the function fails with;
/// with `preload.bake_failed` where the image makes any difference, and with `system.unsupported` for native functions:
/// no image is left then.
pub async fn bake(
    package: &Package,
    options: &BakeOptions,
    out: &Path,
    mut step: impl FnMut(&'static str, usize, usize),
) -> Result<Baked> {
    if package.runtime().language() == Language::Native {
        let text = "a native function has no image: its start is the kernel's";
        return Err(Error::new(Code::SystemUnsupported, "bake the function", text));
    }
    let out = std::path::absolute(out).map_err(|error| failed(&error).with("out", out.display()))?;
    let directory = out.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(directory).map_err(|error| failed(&error).with("out", out.display()))?;
    // It gets its name when it has been found good; until then whatever ends this removes it.
    let stage = tempfile::Builder::new().prefix(".headstart-bake-").tempdir_in(directory);
    let stage = stage.map_err(|error| failed(&error).with("out", out.display()))?;
    let image = stage.path().join("image");
    step("recording", 0, 1);
    let Recorded { forms, identity, modules, left, notes, failures, deferral } = match package.runtime().language() {
        Language::Node => node::record(package, options, stage.path()).await?,
        _ => python::record(package, options, stage.path()).await?,
    };
    let mut best: Option<(ImageForm, ImageWriter, Times)> = None;
    for (form, writer) in forms {
        step("timing", 0, 1);
        writer.write(&identity, &image)?;
        let times = time(package, &image, options).await?;
        if best.as_ref().is_none_or(|(.., known)| times.is_better_than(*known)) {
            best = Some((form, writer, times));
        }
    }
    let Some(best) = best else { return Err(unsound("it has no image in any form")) };
    let (form, mut writer, times) = if options.keep_slower { best } else { unless_useless(best) };
    writer.write(&identity, &image)?;
    let mut reads_bytes = 0;
    if options.reads {
        step("reading", 0, 1);
        let (reads, opened) = reads::record(package, &image, options).await?;
        reads_bytes = reads.bytes();
        let text = reads.to_text(&opened, &std::path::absolute(package.directory()).unwrap_or_default());
        writer.add(READS, EntryKind::Table, text.into_bytes())?;
    }
    let bytes = writer.write(&identity, &image)?;
    let comparison = compare(package, &image, options, |done, all| step("comparing", done, all)).await?;
    let is_own = std::path::absolute(package.directory().join(IN_PACKAGE)).is_ok_and(|own| own == out);
    if is_own && package.runtime().language() == Language::Python {
        beside::write(package.directory(), package.need_entry()?.as_str())?;
    }
    std::fs::rename(&image, &out).map_err(|error| failed(&error).with("out", out.display()))?;
    Ok(Baked {
        out,
        bytes,
        form,
        modules,
        reads_bytes,
        left,
        notes,
        failures,
        deferral,
        without_us: times.without_us,
        with_us: times.with_us,
        compared: comparison.map_or(0, |it| it.events),
    })
}

/// What was found best, or an image without content where that is no better than none: reading it costs too.
fn unless_useless((form, writer, times): (ImageForm, ImageWriter, Times)) -> (ImageForm, ImageWriter, Times) {
    if times.with_us < times.without_us {
        return (form, writer, times);
    }
    (ImageForm::Empty, ImageWriter::new(), Times { with_us: times.without_us, ..times })
}

/// What an image does for a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ImageForm {
    /// It has modules, and knows where they are found.
    Modules,
    /// The same, and imports wait.
    Deferred,
    /// The same as `Modules`, and the process begins with most of them loaded.
    Snapshot,
    /// Nothing but what hosts have read ahead: the function starts no faster with any of the others.
    Empty,
}

/// What a recorded run gives, in whichever language.
#[derive(Debug)]
pub(super) struct Recorded {
    /// The image in each form that it may have; the fastest is taken.
    pub(super) forms: Vec<(ImageForm, ImageWriter)>,
    pub(super) identity: Value,
    pub(super) modules: usize,
    pub(super) left: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
    pub(super) failures: Vec<(String, Error)>,
    pub(super) deferral: Option<Deferral>,
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(Code::SystemIo, "write the image", error.to_string())
}
