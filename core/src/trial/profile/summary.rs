//! A profile.

pub use super::report::Phase;

use super::report::Row;
use super::tree::cumulate;
use crate::instance::Interpreter;
use crate::package::Package;
use crate::slim::LoadedModule;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a start spends on its modules.
///
/// Times of modules are those of runs with the profiler, medians over the runs; `plain_*` are the same spans
/// without it, the best of as many runs, so that what the profiler costs is known.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Profile {
    /// The modules in the order in which they were loaded.
    pub modules: Vec<ModuleProfile>,
    /// Importing the entry; the median.
    pub init_us: u64,
    /// Handling the first event; `None` where there was none.
    pub first_us: Option<u64>,
    /// Microseconds of both that no module accounts for, the median: the handler's own work, and of ES modules what
    /// the loader does for a whole graph at once.
    pub outside_us: u64,
    /// Importing the entry without the profiler.
    pub plain_init_us: u64,
    /// Handling the first event without it.
    pub plain_first_us: Option<u64>,
    /// How many runs there were of each kind.
    pub runs: u32,
    /// What ran the function.
    pub interpreter: Interpreter,
}

/// One module.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ModuleProfile {
    /// In Python the module's name, in Node its file below the package.
    pub name: String,
    /// Its file, absolute; built-in modules and namespace packages have none.
    pub file: Option<PathBuf>,
    /// The installed distribution that it belongs to; `None`: the function's own code, or the interpreter's.
    pub distribution: Option<String>,
    /// The module that it was loaded for, by its place in [`Profile::modules`].
    pub parent: Option<usize>,
    /// When it was loaded.
    pub phase: Phase,
    /// Whether loading it failed, as of a module that is optional and not there.
    pub failed: bool,
    /// Microseconds that it took itself: finding, reading and running it.
    pub self_us: u64,
    /// The same, with every module that was loaded for it.
    pub cumulative_us: u64,
    /// Bytes by which the resident memory of the process grew in that time; shrinking counts too.
    pub self_bytes: i64,
    /// The same, with every module that was loaded for it.
    pub cumulative_bytes: i64,
}

/// What one distribution has of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// The distribution; `None`: the function's own code and the interpreter's library.
    pub distribution: Option<String>,
    /// How many of its modules were loaded.
    pub modules: usize,
    /// Microseconds that they took themselves.
    pub self_us: u64,
    /// Bytes by which the memory of the process grew in that time.
    pub self_bytes: i64,
}

impl Profile {
    /// The modules that importing the entry loaded, for [`Analysis::add_times`](crate::slim::Analysis::add_times).
    pub fn loaded(&self, package: &Package) -> Vec<LoadedModule> {
        let of_init = self.modules.iter().take_while(|module| module.phase == Phase::Init);
        let file = |module: &ModuleProfile| package.tree().find(module.file.as_deref()?);
        of_init
            .map(|module| LoadedModule { file: file(module), parent: module.parent, self_us: module.self_us })
            .collect()
    }

    /// The profile by distribution, the one that took longest first.
    pub fn distributions(&self) -> Vec<Share> {
        let mut shares: BTreeMap<Option<&str>, Share> = BTreeMap::new();
        for module in &self.modules {
            let empty = || Share { distribution: module.distribution.clone(), modules: 0, self_us: 0, self_bytes: 0 };
            let share = shares.entry(module.distribution.as_deref()).or_insert_with(empty);
            share.modules += 1;
            share.self_us += module.self_us;
            share.self_bytes += module.self_bytes;
        }
        let mut shares: Vec<_> = shares.into_values().collect();
        shares.sort_by_key(|share| std::cmp::Reverse(share.self_us));
        shares
    }
}

/// The modules that rows tell of.
pub(super) fn modules(package: &Package, rows: &[Row]) -> Vec<ModuleProfile> {
    let (times, bytes) = (cumulate(rows, |row| row.self_ns), cumulate(rows, |row| row.self_bytes));
    let module = |(row, (time, bytes)): (&Row, (i64, i64))| ModuleProfile {
        name: name(package, row),
        file: row.file.clone(),
        distribution: row.file.as_deref().and_then(|file| distribution(package, file)),
        parent: row.parent,
        phase: row.phase,
        failed: row.failed,
        self_us: micros(row.self_ns),
        cumulative_us: micros(time),
        self_bytes: row.self_bytes,
        cumulative_bytes: bytes,
    };
    rows.iter().zip(times.into_iter().zip(bytes)).map(module).collect()
}

fn name(package: &Package, row: &Row) -> String {
    let below = Path::new(&row.name).strip_prefix(package.directory());
    below.map_or_else(|_| row.name.clone(), |path| path.display().to_string())
}

fn distribution(package: &Package, file: &Path) -> Option<String> {
    let owner = package.owner(package.tree().find(file)?)?;
    Some(package.distribution(owner).name.clone())
}

pub(super) fn micros(nanoseconds: i64) -> u64 {
    u64::try_from(nanoseconds / 1_000).unwrap_or(0)
}
