//! A directory as a zip archive that is the same whenever and wherever it is made.

use super::progress::{Progress, Step, step};
use super::stage::failed;
use crate::error::{Code, Error, Result};
use crate::package::{FileKind, RootRole, Tree};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Compresses well at a bearable speed.
const LEVEL: i64 = 9;

/// Writes everything below `directory` to `to`: names in order, times at the format's first, modes without the
/// maker's umask.
pub(crate) fn write(directory: &Path, to: &Path, progress: &dyn Progress) -> Result<()> {
    let mut tree = Tree::default();
    tree.add_root(directory, RootRole::Code)?;
    let mut files: Vec<_> = tree.iter().collect();
    files.sort_by(|(_, one), (_, other)| one.path.cmp(&other.path));
    progress.begin(Step::Zipping, files.len() as u64);
    let about = |error: io::Error| failed(&error).with("out", to.display());
    let mut archive = ZipWriter::new(BufWriter::new(File::create_new(to).map_err(about)?));
    for (id, file) in files {
        step(progress)?;
        let name = file.path.to_str().ok_or_else(|| {
            Error::new(Code::SystemUnsupported, "write the archive", "a file's name is not valid UTF-8")
                .with("file", file.path.display())
                .hint("rename it, or write a directory")
        })?;
        let mode = if file.mode & 0o111 == 0 { 0o644 } else { 0o755 };
        let options = SimpleFileOptions::default()
            .last_modified_time(DateTime::default())
            .unix_permissions(mode)
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .large_file(file.size > u64::from(u32::MAX) / 2);
        let written = match &file.kind {
            FileKind::Link(target) => archive.add_symlink(name, target.to_string_lossy(), options),
            _ => archive.start_file(name, options).and_then(|()| {
                let mut content = File::open(tree.absolute(id))?;
                io::copy(&mut content, &mut archive)?;
                Ok(())
            }),
        };
        written.map_err(|error| about(error.into()))?;
    }
    archive.finish().map(drop).map_err(|error| about(error.into()))
}
