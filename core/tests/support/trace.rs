//! Cases of the tracers: directories below `testdata/trace/LANGUAGE`.
//!
//! A case is a `case.json` and the files of a package. [`Case`] says what `case.json` may hold; paths are
//! relative to the package, or to its base where there is one.

use super::objects::Object;
use headstart::package::{OpenOptions, Package};
use headstart::slim::{Trace, TraceOptions, trace};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a case is about, and what is expected of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The line of the list of hazards that it stands for.
    pub(crate) hazard: u32,
    entry: String,
    runtime: String,
    /// The machine that the function will run on. Default: `linux-x64`.
    #[serde(default = "default_target")]
    target: String,
    /// The directory of the package in the case. Default: `package`.
    #[serde(default = "default_package")]
    package: PathBuf,
    /// The directory around the package whose files count as its own.
    base: Option<PathBuf>,
    /// Directories in the case that are layers.
    #[serde(default)]
    layers: Vec<PathBuf>,
    /// Paths that are reached by decree.
    #[serde(default)]
    include: Vec<PathBuf>,
    /// Shared objects to be made, by path, before the package is opened.
    #[serde(default)]
    objects: BTreeMap<PathBuf, Object>,
    /// Files that must be reached.
    reached: BTreeSet<String>,
    /// Files that must not be.
    #[serde(default)]
    not_reached: BTreeSet<String>,
    /// Whether nothing else may be reached.
    #[serde(default)]
    is_complete: bool,
    /// All findings, where it is said what they are.
    findings: Option<BTreeSet<Expected>>,
    /// Files with the one word that says why they are reached.
    #[serde(default)]
    why: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: String,
    file: String,
    line: Option<u32>,
}

fn default_target() -> String {
    "linux-x64".into()
}

fn default_package() -> PathBuf {
    "package".into()
}

/// Runs the case in `directory`; what is wrong, one line each.
pub(crate) fn run(directory: &Path) -> (Case, Vec<String>) {
    let text = std::fs::read_to_string(directory.join("case.json")).expect("case.json");
    let case: Case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let copy = tempfile::tempdir().expect("a directory");
    copy_tree(directory, copy.path());
    for (path, object) in &case.objects {
        let path = copy.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        std::fs::write(path, object.bytes()).expect("an object");
    }
    let package = open(&case, copy.path());
    let mut options = TraceOptions::default();
    options.target = case.target.parse().expect("a target");
    options.include.clone_from(&case.include);
    let wrong = match trace(&package, &options) {
        Ok(trace) => compare(&case, &package, &trace),
        Err(error) => vec![format!("failed to {error}")],
    };
    (case, wrong)
}

fn open(case: &Case, copy: &Path) -> Package {
    let mut options = OpenOptions::default();
    options.entry = Some(case.entry.clone());
    options.runtime = Some(case.runtime.clone());
    options.base = case.base.as_ref().map(|base| copy.join(base));
    options.layers = case.layers.iter().map(|layer| copy.join(layer)).collect();
    Package::open(&copy.join(&case.package), &options).expect("a package")
}

fn compare(case: &Case, package: &Package, trace: &Trace) -> Vec<String> {
    let tree = package.tree();
    let name = |id| tree.file(id).path.display().to_string();
    let reached: BTreeMap<String, _> = trace.files(tree).map(|id| (name(id), id)).collect();
    let mut wrong = Vec::new();
    wrong.extend(case.reached.iter().filter(|it| !reached.contains_key(*it)).map(|it| format!("{it} is not reached")));
    wrong.extend(case.not_reached.iter().filter(|it| reached.contains_key(*it)).map(|it| format!("{it} is reached")));
    if case.is_complete {
        wrong.extend(reached.keys().filter(|it| !case.reached.contains(*it)).map(|it| format!("{it} is reached too")));
    }
    for (file, why) in &case.why {
        let reasons: Vec<_> = reached.get(file).map(|id| trace.reasons(*id).to_vec()).unwrap_or_default();
        if !reasons.iter().any(|reason| reason.why.name() == why) {
            wrong.push(format!("{file} is not reached as {why} but as {reasons:?}"));
        }
    }
    if let Some(expected) = &case.findings {
        let found = trace.findings().iter().map(|finding| Expected {
            rule: finding.rule.to_string(),
            file: finding.file.map(name).unwrap_or_default(),
            line: finding.line,
        });
        let found: BTreeSet<_> = found.collect();
        wrong.extend(expected.difference(&found).map(|it| format!("it is not found that {it:?}")));
        wrong.extend(found.difference(expected).map(|it| format!("it is found that {it:?}")));
    }
    // Every reason leads back to where the trace began.
    for (file, id) in &reached {
        let chain = trace.chain(*id);
        let last = chain.last().map(|(_, reason)| *reason);
        if last.is_none_or(|reason| reason.from.is_some()) {
            wrong.push(format!("{file} has no chain to the entry"));
        }
    }
    wrong
}

/// Copies a directory with its links.
fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_symlink() {
            std::os::unix::fs::symlink(path.read_link().expect("a link"), target).expect("a link");
        } else if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}
