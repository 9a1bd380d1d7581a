//! What the tests share: a package that they write, and slimming it.

use headstart::Error;
use headstart::package::{OpenOptions, Package};
use headstart::slim::{
    Codec, ColdArchive, Plan, PlanOptions, Progress, SlimOptions, Slimmed, TraceOptions, slim, trace,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(crate) const APP: &str =
    "import lib\nfrom lib import used\n\n\ndef handler(event, context):\n    return used.value\n";

/// A directory with a package in it, and room for outputs beside that.
pub(crate) struct Case {
    pub(crate) directory: TempDir,
}

impl Case {
    /// A function with one distribution, most of which it does not reach.
    pub(crate) fn new() -> Self {
        let case = Self { directory: tempfile::tempdir().unwrap() };
        let large = "x = 1  # a line of a test\n".repeat(8000);
        case.write("app.py", APP);
        case.write("lib/__init__.py", "");
        case.write("lib/used.py", "value = 42\n");
        case.write("lib/unused.py", "value = 1\n");
        case.write("lib/tests/test_large.py", &large);
        case.write("lib/docs/guide.md", "A guide.\n");
        case.write("lib/__pycache__/used.cpython-37.pyc", "stale");
        case.write("lib-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: lib\nVersion: 1.0\n");
        case.write("lib-1.0.dist-info/licenses/LICENSE", "Free.\n");
        let names = ["__init__.py", "used.py", "unused.py", "tests/test_large.py", "docs/guide.md", "gone.py"];
        let mut record: String = names.map(|name| format!("lib/{name},sha256=wrong,1\n")).concat();
        record.push_str("lib-1.0.dist-info/METADATA,,\nlib-1.0.dist-info/licenses/LICENSE,,\n");
        record.push_str("lib-1.0.dist-info/RECORD,,\n");
        case.write("lib-1.0.dist-info/RECORD", &record);
        case
    }

    pub(crate) fn package(&self) -> PathBuf {
        self.directory.path().join("package")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.package().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn slim(&self, options: &SlimOptions) -> Result<Slimmed, Error> {
        self.slim_watched(options, &())
    }

    pub(crate) fn slim_watched(&self, options: &SlimOptions, progress: &dyn Progress) -> Result<Slimmed, Error> {
        slim_at(&self.package(), options, progress)
    }

    /// The names beside the package.
    pub(crate) fn beside(&self) -> BTreeSet<String> {
        let names = fs::read_dir(self.directory.path()).unwrap();
        let names: BTreeSet<_> = names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.into_iter().filter(|name| name != "package").collect()
    }
}

pub(crate) fn open(path: &Path) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry = Some("app.handler".into());
    options.runtime = Some(python().map_or("python3.12".into(), |python| format!("python{}", python.version)));
    Package::open(path, &options)
}

pub(crate) fn slim_at(path: &Path, options: &SlimOptions, progress: &dyn Progress) -> Result<Slimmed, Error> {
    slim_planned(path, PlanOptions::default(), options, progress)
}

pub(crate) fn slim_planned(
    path: &Path,
    planned: PlanOptions,
    options: &SlimOptions,
    progress: &dyn Progress,
) -> Result<Slimmed, Error> {
    let package = open(path)?;
    let trace = trace(&package, &TraceOptions::default())?;
    let plan = Plan::of(&package, &trace, planned);
    slim(&package, &trace, &plan, options, Codec::Zlib, progress)
}

pub(crate) struct Python {
    pub(crate) program: PathBuf,
    pub(crate) version: String,
    pub(crate) magic: String,
}

/// The interpreter of the search path.
pub(crate) fn python() -> Option<Python> {
    let code = "import importlib.util, sys; print(sys.executable); print('%d.%d' % sys.version_info[:2]); \
                print(importlib.util.MAGIC_NUMBER.hex())";
    let output = Command::new("python3").args(["-I", "-c", code]).output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    Some(Python { program: lines.next()?.into(), version: lines.next()?, magic: lines.next()? })
}

/// All files and links below a directory.
pub(crate) fn listed(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else {
                found.insert(path.strip_prefix(directory).unwrap().to_owned());
            }
        }
    }
    found
}

pub(crate) fn cold_names(archive: &Path) -> BTreeSet<String> {
    ColdArchive::open(archive).unwrap().entries().map(|entry| entry.name().to_owned()).collect()
}
