//! The image of a Node function: the scripts of `runtimes/node/bake` run it on its events and take snapshots, in the
//! Node and the environment that the function will have.

use super::functions;
use super::options::BakeOptions;
use super::order;
use super::report::{read, unsound};
use super::run::{ImageForm, Recorded};
use crate::error::Result;
use crate::host::FunctionReport;
use crate::package::{Language, Package};
use crate::preload::{BLOB, EntryKind, GUARDS, ImageWriter, REST};
use crate::trial::session::Session;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the scripts report.
#[derive(Debug, Deserialize)]
struct Report {
    identity: Value,
    entries: Vec<Entry>,
    watched: Option<Watched>,
}

/// What a snapshot can be made of.
#[derive(Debug, Deserialize)]
struct Watched {
    /// A file, for the script that builds it.
    record: PathBuf,
    /// ES modules that might be in it.
    modules: Vec<EsModule>,
}

/// An ES module that was loaded.
#[derive(Debug, Deserialize)]
pub(super) struct EsModule {
    pub(super) file: PathBuf,
    /// What its specifiers find: a file or a builtin module.
    pub(super) finds: BTreeMap<String, PathBuf>,
}

/// An entry, whose content is in a file.
#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    kind: String,
    file: PathBuf,
}

/// A snapshot, or why there is none.
#[derive(Debug, Deserialize)]
struct Snapshot {
    /// The blob.
    file: Option<PathBuf>,
    /// Of the image that is used with the blob.
    #[serde(default)]
    identity: Value,
    #[serde(default)]
    entries: Vec<Entry>,
    #[serde(default)]
    guards: Value,
    #[serde(default)]
    left: Vec<Left>,
    reason: Option<String>,
    /// Modules that have read the time while they were loaded.
    #[serde(default)]
    clock: Vec<String>,
}

/// A module that is not in the snapshot.
#[derive(Debug, Deserialize)]
struct Left {
    file: String,
    why: String,
}

/// Has the function run, with files in `stage`.
pub(super) async fn record(package: &Package, options: &BakeOptions, stage: &Path) -> Result<Recorded> {
    let out = stage.join("node");
    let events = order::write_events(options, &out)?;
    let session = Session::plain(package, &options.trial).await?;
    let function = session.report()?;
    let asked = json!({
        "directory": function.package,
        "entry": function.entry,
        "events": events,
        "out": out,
        "check": options.check.name(),
    });
    let script = session.bake_script(Language::Node);
    let report: Report = run(&function, &script, &asked).await?;
    let (plain, modules) = form(&report, &out)?;
    let identity = report.identity.clone();
    let mut recorded = Recorded {
        forms: vec![(ImageForm::Modules, plain)],
        identity,
        modules,
        left: Vec::new(),
        notes: Vec::new(),
        failures: Vec::new(),
        deferral: None,
    };
    if let Some(watched) = &report.watched {
        let functions = functions::of(&watched.modules, &out)?;
        recorded.left.extend(functions.left);
        let more = json!({"record": watched.record, "identity": report.identity, "converted": functions.file});
        let snapshot: Snapshot = run(&function, &script.with_file_name("snapshot.cjs"), &merged(asked, more)).await?;
        add_snapshot(&mut recorded, &report, &snapshot, &out)?;
    }
    Ok(recorded)
}

fn merged(mut one: Value, mut other: Value) -> Value {
    if let (Some(one), Some(other)) = (one.as_object_mut(), other.as_object_mut()) {
        one.append(other);
    }
    one
}

/// Adds the form of the image that begins as a snapshot, or why there is none.
fn add_snapshot(recorded: &mut Recorded, report: &Report, snapshot: &Snapshot, out: &Path) -> Result<()> {
    recorded.left.extend(snapshot.left.iter().map(|it| (it.file.clone(), it.why.clone())));
    recorded.left.extend(snapshot.reason.iter().map(|why| ("snapshot".to_owned(), why.clone())));
    let Some(blob) = &snapshot.file else { return Ok(()) };
    recorded.notes.extend(snapshot.clock.iter().map(|file| {
        format!("{file} reads the time while it is loaded: a start from the snapshot finds that of baking in it")
    }));
    let (mut writer, _) = form(report, out)?;
    writer.add(BLOB, EntryKind::Blob, content(blob)?)?;
    writer.add(GUARDS, EntryKind::Table, snapshot.guards.to_string().into_bytes())?;
    let mut rest = ImageWriter::new();
    fill(&mut rest, &snapshot.entries)?;
    add_compile_cache(&mut writer, &snapshot.identity, out)?;
    writer.add(REST, EntryKind::File, rest.finish(&snapshot.identity)?)?;
    recorded.forms.push((ImageForm::Snapshot, writer));
    Ok(())
}

/// The image without a snapshot, and how many modules it has.
fn form(report: &Report, out: &Path) -> Result<(ImageWriter, usize)> {
    let mut writer = ImageWriter::new();
    let modules = fill(&mut writer, &report.entries)?;
    add_compile_cache(&mut writer, &report.identity, out)?;
    Ok((writer, modules))
}

async fn run<T: DeserializeOwned>(function: &FunctionReport, script: &Path, asked: &Value) -> Result<T> {
    let told = order::run(function, script, asked).await?;
    serde_json::from_slice(&told).map_err(|error| unsound(&error.to_string()))
}

/// Adds entries; gives how many of them have code.
fn fill(writer: &mut ImageWriter, entries: &[Entry]) -> Result<usize> {
    let mut modules = 0;
    for entry in entries {
        let kind = match entry.kind.as_str() {
            "cache" => EntryKind::Cache,
            "table" => EntryKind::Table,
            _ => EntryKind::File,
        };
        modules += usize::from(kind == EntryKind::Cache);
        writer.add(&entry.name, kind, content(&entry.file)?)?;
    }
    Ok(modules)
}

/// Adds the files of the compile cache that an identity names, where it names one.
fn add_compile_cache(writer: &mut ImageWriter, identity: &Value, out: &Path) -> Result<()> {
    let Some(directory) = identity["compile_cache"].as_str().map(|name| out.join(name)) else { return Ok(()) };
    let mut left = vec![directory];
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(&next).map_err(|error| unsound(&error.to_string()))?.flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|it| it.is_dir()) {
                left.push(path);
            } else if let Ok(below) = path.strip_prefix(out) {
                writer.add(below.display().to_string(), EntryKind::File, content(&path)?)?;
            }
        }
    }
    Ok(())
}

fn content(file: &Path) -> Result<Vec<u8>> {
    read(file).map_err(|error| unsound(&format!("{}: {error}", file.display())))
}
