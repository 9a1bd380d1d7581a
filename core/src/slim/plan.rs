//! What becomes of each file: a decision from the trace alone, before anything is written.

use super::category::Category;
use super::trace::{Trace, Why, served};
use crate::package::{FileId, FileKind, Language, Package, bytecode, python_version};
use std::path::{Path, PathBuf};

/// The directory of a slimmed package that holds what slimming added.
pub const OWN_DIRECTORY: &str = ".headstart";

/// The manifest's name in it.
pub(crate) const MANIFEST: &str = "manifest.json.gz";

/// How much is kept at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// What the function loaded on its events, where there are events; else what it reaches.
    #[default]
    Auto,
    /// All that the function reaches.
    Reached,
    /// What the function loaded on its events, and what that reads and needs.
    Observed,
}

/// What becomes of the sources of modules that are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sources {
    /// They are cold where the function ran on events, so that it is known which of them are read.
    #[default]
    Auto,
    /// They stay.
    Keep,
    /// Those of distributions go to the cold archive, and their bytecode stays.
    Cold,
}

/// How it is decided what becomes of each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PlanOptions {
    /// How much is kept at hand.
    pub keep: Keep,
    /// What becomes of the sources of modules that are at hand (Python).
    pub sources: Sources,
    /// Whether the trace holds what was observed on events.
    pub was_observed: bool,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// It stays at its place.
    Keep,
    /// It stays without what only debuggers and linkers read.
    Strip,
    /// Its bytecode stays; it goes to the cold archive, and a placeholder to its place.
    Compiled,
    /// It goes to the cold archive.
    Cold,
    /// It is made anew: bytecode, RECORD.
    Renew,
    /// It can be of no use to the function, and is left out.
    LeaveOut,
}

impl Decision {
    /// The decision as the manifest writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Decision::Keep => "keep",
            Decision::Strip => "strip",
            Decision::Compiled => "compiled",
            Decision::Cold => "cold",
            Decision::Renew => "renew",
            Decision::LeaveOut => "leave_out",
        }
    }
}

/// The decisions for all files of a package.
#[derive(Debug, Clone)]
pub struct Plan {
    decisions: Vec<Decision>,
}

impl Plan {
    /// Decides for every file of `package` by its trace.
    pub fn of(package: &Package, trace: &Trace, options: PlanOptions) -> Self {
        let planner = Planner::new(package, trace, options);
        let decisions = package.tree().iter().map(|(file, _)| planner.decide(file)).collect();
        let mut plan = Self { decisions };
        if plan.bytes(package, Decision::Cold) + plan.bytes(package, Decision::Compiled) < SMALLEST_ARCHIVE {
            let is_archived = |it: &&mut Decision| matches!(it, Decision::Cold | Decision::Compiled);
            plan.decisions.iter_mut().filter(is_archived).for_each(|it| *it = Decision::Keep);
        }
        plan
    }

    /// Notes that the objects among `files` were stripped.
    pub(super) fn strip(&mut self, files: &[FileId]) {
        for file in files {
            self.decisions[file.index()] = Decision::Strip;
        }
    }

    /// Keeps the sources among `files` at their place after all.
    pub(super) fn keep_sources(&mut self, files: impl IntoIterator<Item = FileId>) {
        for file in files {
            let decision = &mut self.decisions[file.index()];
            if *decision == Decision::Compiled {
                *decision = Decision::Keep;
            }
        }
    }

    /// What becomes of a file.
    pub fn decision(&self, file: FileId) -> Decision {
        self.decisions[file.index()]
    }

    /// The files of which this becomes, in the tree's order.
    pub fn files<'a>(&'a self, package: &'a Package, decision: Decision) -> impl Iterator<Item = FileId> + 'a {
        package.tree().iter().map(|(file, _)| file).filter(move |file| self.decision(*file) == decision)
    }

    /// The files of which any of these becomes, one decision after the other.
    pub(super) fn all_of(&self, package: &Package, decisions: &[Decision]) -> Vec<FileId> {
        decisions.iter().flat_map(|decision| self.files(package, *decision)).collect()
    }

    /// Bytes of the files of which this becomes.
    pub fn bytes(&self, package: &Package, decision: Decision) -> u64 {
        self.files(package, decision).map(|file| package.tree().file(file).size).sum()
    }
}

/// An archive of less would save less than what it takes to read it from.
const SMALLEST_ARCHIVE: u64 = 128 << 10;

/// Endings of files that are reached by being imported.
const CODE_ENDINGS: &[&str] = &["py", "pyc", "js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx", "so", "node"];

/// Sources of less stay: with the placeholder and the archive's entry there is next to nothing to save.
const SMALLEST_SOURCE: u64 = 512;

struct Planner<'a> {
    package: &'a Package,
    trace: &'a Trace,
    options: PlanOptions,
    /// By file: whether it is at hand.
    hot: Vec<bool>,
}

impl<'a> Planner<'a> {
    fn new(package: &'a Package, trace: &'a Trace, options: PlanOptions) -> Self {
        let was_observed = options.was_observed;
        let by_events = match options.keep {
            Keep::Auto => was_observed && package.runtime().language() == Language::Python,
            Keep::Reached => false,
            Keep::Observed => was_observed,
        };
        let files = package.tree().files().len();
        let mut planner = Self { package, trace, options, hot: vec![false; files] };
        let brought = planner.brought_by();
        let mut left: Vec<FileId> = package.tree().iter().map(|(file, _)| file).collect();
        while let Some(file) = left.pop() {
            if !planner.hot[file.index()] && planner.is_hot(file, by_events) {
                planner.hot[file.index()] = true;
                left.extend(&brought[file.index()]);
            }
        }
        planner.keep_packages_whole();
        planner
    }

    /// By file: the files that are reached because of it.
    fn brought_by(&self) -> Vec<Vec<FileId>> {
        let mut brought = vec![Vec::new(); self.hot.len()];
        for (file, _) in self.package.tree().iter() {
            for from in self.trace.reasons(file).iter().filter_map(|reason| reason.from) {
                brought[from.index()].push(file);
            }
        }
        brought
    }

    /// A directory of which something is kept would, without its `__init__.py`, be taken for a namespace
    /// package by the interpreter before the cold archive is asked.
    fn keep_packages_whole(&mut self) {
        let tree = self.package.tree();
        let hot = tree.iter().filter(|(file, _)| self.hot[file.index()]);
        let mut directories: Vec<PathBuf> =
            hot.filter_map(|(file, _)| Some(tree.absolute(file).parent()?.to_owned())).collect();
        directories.sort();
        directories.dedup();
        for directory in directories {
            let inits = directory.ancestors().map(|directory| directory.join("__init__.py"));
            for init in inits.map_while(|path| tree.find(&path)) {
                self.hot[init.index()] = true;
            }
        }
    }

    fn is_hot(&self, file: FileId, by_events: bool) -> bool {
        let reasons = self.trace.reasons(file);
        reasons.iter().any(|reason| {
            let from_hot = reason.from.is_none_or(|from| self.hot[from.index()]);
            match reason.why {
                Why::Entry | Why::Included | Why::Observed | Why::Metadata | Why::Unclear => true,
                // What lies beside code and was not opened on any event is served when it is.
                Why::Data => {
                    from_hot && (!self.options.was_observed || self.is_own(file) || !served::can_be(self.path(file)))
                }
                Why::Asset | Why::Needed | Why::Bytecode => from_hot,
                _ => !by_events || self.is_own(file),
            }
        })
    }

    /// The function's own code is small, and is what events may not reach.
    fn is_own(&self, file: FileId) -> bool {
        self.package.owner(file).is_none()
    }

    /// The function's own configuration and data: small, and read in ways that no trace sees.
    fn is_own_data(&self, file: FileId) -> bool {
        self.is_own(file) && !CODE_ENDINGS.contains(&self.ending(file)) && Category::of(self.path(file)).is_none()
    }

    fn ending(&self, file: FileId) -> &str {
        self.path(file).extension().and_then(|it| it.to_str()).unwrap_or_default()
    }

    fn path(&self, file: FileId) -> &Path {
        &self.package.tree().file(file).path
    }

    fn decide(&self, file: FileId) -> Decision {
        let found = self.package.tree().file(file);
        let path = &found.path;
        let is_python = self.package.runtime().language() == Language::Python;
        if found.kind == FileKind::Special || path.starts_with(OWN_DIRECTORY) {
            return Decision::LeaveOut;
        }
        if is_python && path.iter().any(|part| part == bytecode::CACHE_DIRECTORY) {
            return if self.hot[file.index()] { Decision::Renew } else { Decision::LeaveOut };
        }
        if is_python && path.file_name().is_some_and(|name| name == "RECORD") && in_metadata(path) {
            return Decision::Renew;
        }
        if self.hot[file.index()] || path.to_str().is_none() || self.is_own_data(file) {
            return if self.is_source_to_spare(file) { Decision::Compiled } else { Decision::Keep };
        }
        if matches!(found.kind, FileKind::Link(_)) {
            // A link costs nothing, and where it leads may be looked up by listing a directory.
            return Decision::Keep;
        }
        // Nothing serves cold files to a native function; what its trace leaves out it cannot load.
        let is_native = self.package.runtime().language() == Language::Native;
        if is_native || self.is_for_another_machine(path) { Decision::LeaveOut } else { Decision::Cold }
    }

    /// A module's source that is there to be imported, and for nothing else that is known.
    fn is_source_to_spare(&self, file: FileId) -> bool {
        let found = self.package.tree().file(file);
        let is_read = |why: Why| matches!(why, Why::Entry | Why::Included | Why::Asset | Why::Data | Why::Read);
        let may_go = match self.options.sources {
            Sources::Auto => self.options.was_observed,
            Sources::Keep => false,
            Sources::Cold => true,
        };
        may_go
            && self.package.runtime().language() == Language::Python
            && found.kind == FileKind::Regular
            && found.size >= SMALLEST_SOURCE
            && !self.is_own(file)
            && self.ending(file) == "py"
            && !self.trace.reasons(file).iter().any(|reason| is_read(reason.why))
    }

    /// An extension module that this interpreter cannot load.
    fn is_for_another_machine(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(version) = self.package.version() else { return false };
        let is_windows = [".pyd", ".dll", ".exe"].iter().any(|ending| name.ends_with(ending));
        let is_foreign = name.strip_suffix(".so").is_some_and(|_| python_version::is_for_another(name, version));
        self.package.runtime().language() == Language::Python && (is_windows || is_foreign)
    }
}

/// Whether a path lies in a distribution's metadata.
pub(super) fn in_metadata(path: &Path) -> bool {
    path.parent().and_then(Path::extension).is_some_and(|it| it == "dist-info")
}
