//! What the targets share: packages made of bytes, and all that is asked of one.

use headstart::Error;
use headstart::package::{OpenOptions, Package};
use headstart::slim::{Analysis, Plan, PlanOptions, Trace, TraceOptions, trace};
use std::io::{Cursor, Write};
use std::path::Path;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The files of a package: path and content.
pub(crate) type Files<'a> = &'a [(&'a str, &'a [u8])];

/// Splits the byte that chooses one of `count` from the rest.
pub(crate) fn choice(data: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first) % count, rest))
}

/// A new directory with these files.
pub(crate) fn directory(files: Files<'_>) -> TempDir {
    let directory = tempfile::Builder::new().prefix("headstart-fuzz-").tempdir().expect("a directory");
    for (name, content) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        std::fs::write(path, content).expect("a file");
    }
    directory
}

/// A zip archive with these files.
pub(crate) fn archive(files: Files<'_>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(content).expect("its content");
    }
    writer.finish().expect("an archive").into_inner()
}

/// Opens the package at `path`.
pub(crate) fn open(path: &Path, entry: &str, runtime: &str) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry = Some(entry.to_owned());
    options.runtime = Some(runtime.to_owned());
    Package::open(path, &options)
}

/// Asks of a package all that `headstart analyze` and `slim` ask before anything is written.
pub(crate) fn look_into(package: &Package) {
    let traced = trace(package, &TraceOptions::default()).ok();
    Analysis::of(package, traced.as_ref(), package.version(), None);
    let Some(traced) = traced else { return };
    Plan::of(package, &traced, PlanOptions::default());
    check(package, &traced);
}

/// Every file that is reached has a chain that leads back to where the trace began.
fn check(package: &Package, trace: &Trace) {
    for file in trace.files(package.tree()) {
        let chain = trace.chain(file);
        let (_, last) = chain.last().expect("a chain");
        assert!(last.from.is_none(), "{}", package.tree().file(file).path.display());
    }
}
