//! The image of a Python function, from the report of a recorded run.

use super::options::{BakeOptions, SourceCheck};
use super::report::{Module, ModuleKind, Report, read, unsound};
use super::run::Recorded;
use crate::error::Result;
use crate::package::Package;
use crate::preload::{EntryKind, ImageWriter};
use crate::trial::session::Session;
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;

/// The entry with the facts of all modules.
const TABLE: &str = "table/modules";

/// Runs the function on all its events in one process, which then tells what it found.
pub(super) async fn record(package: &Package, options: &BakeOptions) -> Result<Recorded> {
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
    let mut writer = ImageWriter::new();
    let identity = fill(&mut writer, &report, &at("bake.code")?, options.check)?;
    Ok(Recorded {
        forms: vec![writer],
        identity,
        modules: report.modules.len(),
        left: report.left,
        notes: Vec::new(),
        failures,
    })
}

/// Adds the modules; gives the identity. `code` is what the report's offsets are about.
fn fill(writer: &mut ImageWriter, report: &Report, code: &[u8], check: SourceCheck) -> Result<Value> {
    // The lines of the table stand in the order of the entries.
    let mut modules: Vec<&Module> = report.modules.iter().collect();
    modules.sort_by(|one, other| one.name.cmp(&other.name));
    let mut table = String::new();
    for module in modules {
        let (kind, data) = match &module.kind {
            ModuleKind::Source { offset, bytes, .. } => (EntryKind::Code, slice(code, *offset, *bytes)),
            ModuleKind::Extension => (EntryKind::Found, Vec::new()),
        };
        writer.add(format!("module/{}", module.name), kind, data)?;
        add_line(&mut table, module);
    }
    writer.add(TABLE, EntryKind::Table, table.into_bytes())?;
    Ok(json!({
        "language": "python",
        "interpreter": report.interpreter,
        "check": check.name(),
        "roots": report.roots,
        "searched": report.searched,
    }))
}

fn slice(code: &[u8], offset: usize, bytes: usize) -> Vec<u8> {
    // A report that lies gives an image that the launcher finds damaged.
    code.get(offset..offset.saturating_add(bytes)).unwrap_or_default().to_vec()
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
    let mut writer = ImageWriter::new();
    if let Ok(identity) = fill(&mut writer, &report, code, SourceCheck::Stat) {
        let _ = writer.finish(&identity).and_then(crate::preload::Image::from_bytes);
    }
}
