//! Stripping the objects that are kept.

use super::copy::place;
use super::progress::{Progress, Step, step};
use super::stage::failed;
use crate::error::Result;
use crate::package::{FileId, FileKind, Package, elf};
use crate::slim::strip::compact;
use crate::slim::strip::loading::Loader;
use rayon::prelude::*;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What stripping came to.
#[derive(Debug, Default)]
pub(super) struct Stripped {
    /// The objects that are smaller now.
    pub(super) files: Vec<FileId>,
    /// By how many bytes, together.
    pub(super) saved: u64,
    /// Those that could not be loaded afterwards, and are what they were.
    pub(super) put_back: Vec<FileId>,
}

struct Candidate {
    file: FileId,
    /// Where it stands in the output, absolute.
    place: PathBuf,
    /// It without its symbols.
    content: Vec<u8>,
    saved: u64,
}

/// Strips the shared objects among `kept`, which were copied below `root`.
///
/// Each is loaded before and after. One that cannot be loaded here as it is stays, for nothing would tell that it
/// still can be; one that cannot be loaded afterwards is put back.
pub(super) fn strip(
    package: &Package,
    kept: &[FileId],
    root: &Path,
    loader: Loader<'_>,
    progress: &dyn Progress,
) -> Result<Stripped> {
    let mut candidates = candidates(package, kept, root);
    progress.begin(Step::Stripping, 2 * candidates.len() as u64);
    let original = |it: &Candidate| package.tree().absolute(it.file);
    let told = || step(progress);
    let can = loader.load(&candidates.iter().map(original).collect::<Vec<_>>(), &told)?;
    let mut can = can.into_iter();
    candidates.retain(|_| can.next() == Some(true));
    for candidate in &candidates {
        std::fs::write(&candidate.place, &candidate.content).map_err(|error| about(candidate, &error))?;
    }
    let can = loader.load(&candidates.iter().map(|it| it.place.clone()).collect::<Vec<_>>(), &told)?;
    let mut stripped = Stripped::default();
    for (candidate, can) in candidates.iter().zip(can) {
        if can {
            stripped.files.push(candidate.file);
            stripped.saved += candidate.saved;
        } else {
            std::fs::copy(original(candidate), &candidate.place).map_err(|error| about(candidate, &error))?;
            stripped.put_back.push(candidate.file);
        }
    }
    Ok(stripped)
}

fn candidates(package: &Package, kept: &[FileId], root: &Path) -> Vec<Candidate> {
    let candidate = |file: &FileId| {
        let found = package.tree().file(*file);
        let is_object = found.kind == FileKind::Regular && elf::is_named_as_object(&found.path);
        let place = root.join(place(package, *file).filter(|_| is_object)?);
        let content = compact(&std::fs::read(&place).ok()?)?;
        let saved = found.size.saturating_sub(content.len() as u64);
        // Paths are told to the loader line by line.
        let is_line = !package.tree().absolute(*file).as_os_str().as_bytes().contains(&b'\n');
        is_line.then_some(Candidate { file: *file, place, content, saved })
    };
    kept.par_iter().filter_map(candidate).collect()
}

fn about(candidate: &Candidate, error: &std::io::Error) -> crate::error::Error {
    failed(error).with("file", candidate.place.display())
}
