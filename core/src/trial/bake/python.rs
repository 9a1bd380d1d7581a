//! The image of a Python function, from the report of a recorded run.

use super::defer::Plan;
use super::options::{BakeOptions, SourceCheck};
use super::report::{Module, ModuleKind, Report, read, unsound};
use super::run::{ImageForm, Recorded};
use crate::error::Result;
use crate::package::Package;
use crate::preload::{EntryKind, ImageWriter};
use crate::trial::session::Session;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// The entry with the facts of all modules.
const TABLE: &str = "table/modules";
/// The entry with what waits, marshalled.
const DEFERRED: &str = "table/deferred";
/// The entry with regular expressions that were compiled, marshalled.
const EXPRESSIONS: &str = "table/expressions";

/// Runs the function on all its events in one process, which then tells what it found.
pub(super) async fn record(package: &Package, options: &BakeOptions, stage: &Path) -> Result<Recorded> {
    let session = Session::instrumented(package, &options.trial, "bake").await?;
    session.import().await?;
    let mut failures = Vec::new();
    for (number, event) in options.trial.events.iter().enumerate() {
        if let Err(error) = session.invoke(number, event, Duration::ZERO).await {
            failures.push((event.name.clone(), error));
        }
    }
    session.end().await;
    let at = |name: &str| read(&session.directory().join(name)).map_err(|error| unsound(&error.to_string()));
    let report: Report = serde_json::from_slice(&at("bake.json")?).map_err(|error| unsound(&error.to_string()))?;
    let code = at("bake.code")?;
    let expressions = at("bake.expressions")?;
    let codes = codes(&report, &code);
    let mut forms = vec![(ImageForm::Modules, form(&report, &codes, &expressions)?)];
    let mut deferral = None;
    if options.defer {
        let plan = Plan::make(package, options, stage).await?;
        if plan.deferral.names > 0 {
            let known = plan.codes();
            let codes = codes.iter().map(|(name, code)| (*name, *known.get(name).unwrap_or(code))).collect();
            let mut writer = form(&report, &codes, &expressions)?;
            writer.add(DEFERRED, EntryKind::Code, plan.table)?;
            forms.push((ImageForm::Deferred, writer));
        }
        deferral = Some(plan.deferral);
    }
    let identity = identity(&report, options.check);
    let modules = report.modules.len();
    Ok(Recorded { forms, identity, modules, left: report.left, notes: Vec::new(), failures, deferral })
}

/// The code of each source.
fn codes<'a>(report: &'a Report, code: &'a [u8]) -> BTreeMap<&'a str, &'a [u8]> {
    let of = |module: &'a Module| match module.kind {
        // A report that lies gives an image that the launcher finds damaged.
        ModuleKind::Source { offset, bytes, .. } => {
            Some((module.name.as_str(), code.get(offset..offset.saturating_add(bytes)).unwrap_or_default()))
        }
        ModuleKind::Extension => None,
    };
    report.modules.iter().filter_map(of).collect()
}

/// The image of these modules, with their codes, and of regular expressions, if there are any.
fn form(report: &Report, codes: &BTreeMap<&str, &[u8]>, expressions: &[u8]) -> Result<ImageWriter> {
    let mut writer = ImageWriter::new();
    // The lines of the table stand in the order of the entries.
    let mut modules: Vec<&Module> = report.modules.iter().collect();
    modules.sort_by(|one, other| one.name.cmp(&other.name));
    let mut table = String::new();
    for module in modules {
        let (kind, data) = match codes.get(module.name.as_str()) {
            Some(code) => (EntryKind::Code, code.to_vec()),
            None => (EntryKind::Found, Vec::new()),
        };
        writer.add(format!("module/{}", module.name), kind, data)?;
        add_line(&mut table, module);
    }
    writer.add(TABLE, EntryKind::Table, table.into_bytes())?;
    if !expressions.is_empty() {
        writer.add(EXPRESSIONS, EntryKind::Code, expressions.to_vec())?;
    }
    Ok(writer)
}

fn identity(report: &Report, check: SourceCheck) -> Value {
    json!({
        "language": "python",
        "interpreter": report.interpreter,
        "check": check.name(),
        "roots": report.roots,
        "searched": report.searched,
    })
}

/// Kind, root, path, what was searched; of sources also size, time of modification and hash.
fn add_line(table: &mut String, module: &Module) {
    let searched = module.searched.map_or_else(String::new, |number| number.to_string());
    let (root, path) = (module.root, &module.path);
    // Writing to a string does not fail.
    let _ = match &module.kind {
        ModuleKind::Source { size, mtime_ns, hash, .. } => {
            writeln!(table, "source\t{root}\t{path}\t{searched}\t{size}\t{mtime_ns}\t{hash}")
        }
        ModuleKind::Extension => writeln!(table, "extension\t{root}\t{path}\t{searched}\t\t\t"),
    };
}

/// What becomes of a report, without the function that it tells of.
#[cfg(feature = "fuzzing")]
pub(in crate::trial) fn image_of_report(bytes: &[u8], code: &[u8]) {
    let Ok(report) = serde_json::from_slice::<Report>(bytes) else { return };
    if let Ok(writer) = form(&report, &codes(&report, code), &[]) {
        let _ = writer.finish(&identity(&report, SourceCheck::Stat)).and_then(crate::preload::Image::from_bytes);
    }
}
