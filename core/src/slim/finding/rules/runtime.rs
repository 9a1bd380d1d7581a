//! Runtimes that are slower than their successors.

use super::subject::Subject;
use crate::package::Language;
use crate::slim::{Finding, Rule};

/// Below this version, what is faster from it on, and where that is said.
const SLOWER: &[(Language, (u32, u32), &str)] = &[
    // https://docs.python.org/3/whatsnew/3.11.html#faster-startup
    (Language::Python, (3, 11), "Python 3.11 and newer start 10 to 15 % faster and run about 1.25 times faster"),
    // https://nodejs.org/en/blog/release/v22.1.0: module.enableCompileCache
    (Language::Node, (22, 1), "Node 22.1 and newer can keep compiled code between starts"),
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let language = subject.package.runtime().language();
    let Some(version) = subject.version else { return Vec::new() };
    let found = SLOWER.iter().find(|(of, newer, _)| *of == language && version < *newer);
    found.map(|(_, _, what)| Finding::new(Rule::SlowRuntime, *what)).into_iter().collect()
}
