//! Imports of a Python function that wait until they are needed.

use super::options::BakeOptions;
use super::order;
use super::report::{read, unsound};
use crate::error::Result;
use crate::package::{Language, Package};
use crate::trial::session::Session;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What waits, what that saves, and what it costs when it is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Deferral {
    /// How many names of import statements wait.
    pub names: usize,
    /// Modules that init does not load any more.
    pub deferred: Vec<String>,
    /// Microseconds that init and all events together take less.
    pub saved_us: u64,
    /// What each import takes that waits, where it is the first to be carried out; the longest first.
    pub first_uses: Vec<FirstUse>,
    /// What does not wait, by the reason: `module.name`.
    pub not_deferred: BTreeMap<String, Vec<String>>,
}

/// The first use of an import that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstUse {
    /// The module that has the statement.
    pub module: String,
    /// The name that is bound.
    pub name: String,
    /// The module that is imported.
    pub from: String,
    /// Microseconds.
    pub us: u64,
    /// How many modules are loaded.
    pub loads: usize,
}

/// A plan: the code of modules whose statements were taken out, and the table of what waits.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) deferral: Deferral,
    codes: Vec<(String, usize, usize)>,
    code: Vec<u8>,
    pub(super) table: Vec<u8>,
}

#[derive(Deserialize)]
struct Told {
    #[serde(flatten)]
    deferral: Deferral,
    codes: Vec<(String, usize, usize)>,
}

impl Plan {
    /// Has the function run, with files in `stage`.
    pub(super) async fn make(package: &Package, options: &BakeOptions, stage: &Path) -> Result<Self> {
        let out = stage.join("defer");
        let events = order::write_events(options, &out)?;
        let session = Session::plain(package, &options.trial).await?;
        let function = session.report()?;
        let asked = serde_json::json!({
            "package": function.package, "entry": function.entry, "events": events, "out": out,
        });
        order::run(&function, &session.bake_script(Language::Python), &asked).await?;
        let at = |name: &str| read(&out.join(name)).map_err(|error| unsound(&error.to_string()));
        let told: Told = serde_json::from_slice(&at("defer.json")?).map_err(|error| unsound(&error.to_string()))?;
        Ok(Self { deferral: told.deferral, codes: told.codes, code: at("defer.code")?, table: at("defer.table")? })
    }

    /// The code of each module that the plan knows.
    pub(super) fn codes(&self) -> BTreeMap<&str, &[u8]> {
        let slice = |offset: usize, bytes: usize| self.code.get(offset..offset.saturating_add(bytes));
        self.codes.iter().filter_map(|(name, offset, bytes)| Some((name.as_str(), slice(*offset, *bytes)?))).collect()
    }
}
