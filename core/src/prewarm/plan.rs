//! A plan of zygotes: what an offline run found out, for hosts to follow.

use crate::error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The version of the format.
const VERSION: u32 = 1;
/// Bytes of a plan as text.
const MOST_BYTES: usize = 64 << 20;
/// How many zygotes a plan may have.
const MOST_NODES: usize = 10_000;

/// Which zygotes are worth having for some functions, as `headstart zygotes plan` writes it.
///
/// A reader takes `schema_version` 1 only, and ignores fields that it does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ZygotePlan {
    /// The version of the format: 1.
    pub schema_version: u32,
    /// Bytes that the zygotes were to take at most.
    pub budget_bytes: u64,
    /// Bytes that they take, as far as was measured.
    pub bytes: u64,
    /// Microseconds that they save while each function is started as often as it was said to be.
    pub gain_us: u64,
    /// Bytes that a zygote for each function would take.
    pub one_each_bytes: u64,
    /// Microseconds that these would save.
    pub one_each_gain_us: u64,
    /// A tree for each interpreter.
    pub trees: Vec<PlannedTree>,
}

/// The zygotes of one interpreter, and the functions that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedTree {
    /// The program.
    pub interpreter: PathBuf,
    /// Its version.
    pub version: String,
    /// What its functions say to the interpreter's start: see [`start_variables`](super::start_variables).
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The zygotes, the root first, parents before their children.
    pub nodes: Vec<PlannedNode>,
    /// The functions.
    pub functions: Vec<PlannedFunction>,
}

/// One zygote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedNode {
    /// The zygote that forks it, by its place in the tree; none for the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
    /// What it adds, for people: names of distributions.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The modules that it imports beyond its parent's, in order.
    pub modules: Vec<String>,
    /// The directories in which they are found, beside those of the interpreter.
    #[serde(default)]
    pub paths: Vec<PathBuf>,
    /// Bytes of memory that it adds, as far as was measured.
    pub bytes: u64,
    /// Microseconds that a start saves by beginning here and not at the parent.
    pub import_us: u64,
}

/// One function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedFunction {
    /// Its name.
    pub name: String,
    /// Its package, absolute.
    pub package: PathBuf,
    /// `module.attribute`.
    pub entry: String,
    /// How often it is started, in relation to the others.
    pub calls: u64,
    /// Microseconds that its start takes without a zygote, the interpreter's own included.
    pub start_us: u64,
    /// The zygote at which it begins, by its place in the tree.
    pub node: usize,
}

impl ZygotePlan {
    /// An empty plan.
    pub fn new(budget_bytes: u64) -> Self {
        Self { schema_version: VERSION, budget_bytes, ..Self::default() }
    }

    /// Reads a plan; fails with `config.invalid`.
    pub fn parse(text: &[u8]) -> Result<Self> {
        if text.len() > MOST_BYTES {
            return Err(refused(format!("it is larger than {MOST_BYTES} bytes")));
        }
        let plan: Self = serde_json::from_slice(text).map_err(|error| refused(error.to_string()).caused_by(error))?;
        plan.check()?;
        Ok(plan)
    }

    /// Whether a host can follow it; fails with `config.invalid`.
    pub fn check(&self) -> Result<()> {
        if self.schema_version != VERSION {
            return Err(refused(format!("its schema_version is {}, not {VERSION}", self.schema_version)));
        }
        if self.trees.iter().map(|tree| tree.nodes.len()).sum::<usize>() > MOST_NODES {
            return Err(refused(format!("it has more than {MOST_NODES} zygotes")));
        }
        self.trees.iter().try_for_each(PlannedTree::check)
    }
}

impl PlannedTree {
    fn check(&self) -> Result<()> {
        let stands_before = |(at, node): (usize, &PlannedNode)| match node.parent {
            None => at == 0 && node.modules.is_empty(),
            Some(parent) => parent < at,
        };
        if !self.nodes.iter().enumerate().all(stands_before) {
            return Err(refused("a zygote does not stand behind its parent, or the first is no bare root".into()));
        }
        if self.functions.iter().any(|function| function.node >= self.nodes.len()) {
            return Err(refused("a function begins at a zygote that is not there".into()));
        }
        let is_name = |name: &String| !name.is_empty() && !name.contains(['\0', '/']);
        if !self.nodes.iter().flat_map(|node| &node.modules).all(is_name) {
            return Err(refused("a name is none of a module".into()));
        }
        Ok(())
    }

    /// The zygotes from one up to the root, it itself first.
    pub fn way(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(node), |at| self.nodes.get(*at)?.parent)
    }
}

fn refused(why: String) -> Error {
    Error::new(Code::ConfigInvalid, "read the plan of zygotes", why).hint("make it anew with `headstart zygotes plan`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"schema_version": 1, "budget_bytes": 9, "bytes": 8, "gain_us": 7, "one_each_bytes": 0,
        "one_each_gain_us": 0, "news": 1, "trees": [{"interpreter": "/usr/bin/python3", "version": "3.12.1",
        "nodes": [{"modules": [], "bytes": 1, "import_us": 0}, {"parent": 0, "modules": ["a.b"], "bytes": 1, "import_us": 3}],
        "functions": [{"name": "f", "package": "/f", "entry": "app.handler", "calls": 1, "start_us": 2, "node": 1}]}]}"#;

    #[test]
    fn a_plan_comes_back() {
        let plan = ZygotePlan::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(plan.trees[0].way(1).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(ZygotePlan::parse(&serde_json::to_vec(&plan).unwrap()).unwrap(), plan);
    }

    #[test]
    fn a_plan_that_nobody_can_follow_is_refused() {
        let cases = [
            ("\"schema_version\": 1", "\"schema_version\": 2"),
            ("\"parent\": 0", "\"parent\": 1"),
            ("\"node\": 1", "\"node\": 2"),
            ("[\"a.b\"]", "[\"../a\"]"),
            ("\"modules\": []", "\"modules\": [\"x\"]"),
            ("{\"schema", "[\"schema"),
        ];
        for (from, to) in cases {
            assert!(GOOD.contains(from));
            let error = ZygotePlan::parse(GOOD.replace(from, to).as_bytes()).unwrap_err();
            assert_eq!(error.code(), Code::ConfigInvalid, "{to}");
        }
    }

    proptest! {
        #[test]
        fn damaged_plans_never_panic(at in 0..GOOD.len(), byte in any::<u8>()) {
            let mut text = GOOD.as_bytes().to_vec();
            text[at] = byte;
            if let Ok(plan) = ZygotePlan::parse(&text) {
                for tree in &plan.trees {
                    tree.functions.iter().for_each(|function| assert!(tree.way(function.node).count() <= tree.nodes.len()));
                }
            }
        }
    }
}
