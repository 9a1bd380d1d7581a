//! Our own directory in a package with a cold archive: what those read who serve from it.

use super::{modules, whole};
use crate::package::{Language, Package};
use crate::slim::plan::{Decision, Plan};
use crate::slim::trace::Trace;
use std::path::{Path, PathBuf};

/// Where the archive's names start, from the function's directory; written where that is elsewhere.
const ROOT: &str = "root";
/// The entry that a shim passes on to.
const ENTRY: &str = "entry";
/// What is cold as a whole.
const WHOLE: &str = "whole";
/// Empty; there where a Node function may load ES modules.
const MODULES: &str = "esm";
/// Empty; there where a Node function may start threads or processes.
const STARTS: &str = "starts";

/// The files beside the archive, by name.
pub(super) fn marks(package: &Package, trace: &Trace, plan: &Plan) -> Vec<(&'static str, String)> {
    let kept = plan.all_of(package, &[Decision::Keep, Decision::Compiled, Decision::Strip]);
    let cold = plan.all_of(package, &[Decision::Cold]);
    let mut marks = vec![
        (ROOT, "../".repeat(function_directory(package).components().count())),
        (ENTRY, package.entry().map(ToString::to_string).unwrap_or_default()),
        (WHOLE, whole::of(package, &cold, &kept)),
    ];
    marks.retain(|(_, text)| !text.is_empty());
    if package.runtime().language() == Language::Node {
        // Cold modules that the function reaches count too: one that is imported is the first of its kind.
        let reached = kept.iter().copied().chain(trace.files(package.tree()));
        marks.extend(modules::has_any(package, reached).then(|| (MODULES, String::new())));
        // Cold modules that do are noticed when they are loaded.
        marks.extend(modules::any_starts(package, kept).then(|| (STARTS, String::new())));
    }
    marks
}

/// Where the function's directory is, below the output.
pub(super) fn function_directory(package: &Package) -> PathBuf {
    let root = &package.tree().roots()[0].path;
    package.directory().strip_prefix(root).unwrap_or(Path::new("")).to_owned()
}
