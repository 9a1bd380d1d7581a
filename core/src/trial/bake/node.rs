//! The image of a Node function: the scripts of `runtimes/node/bake` run it on its events and take snapshots, in the
//! Node and the environment that the function will have.

use super::options::BakeOptions;
use super::order;
use super::report::{read, unsound};
use super::run::{ImageForm, Recorded};
use crate::error::Result;
use crate::package::{Language, Package};
use crate::preload::{BLOB, EntryKind, GUARDS, ImageWriter, REST};
use crate::trial::session::Session;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What the scripts report.
#[derive(Debug, Deserialize)]
struct Report {
    identity: Value,
    entries: Vec<Entry>,
    snapshot: Option<Snapshot>,
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
    let report = run(package, options, &out).await?;
    let (mut left, mut notes) = (Vec::new(), Vec::new());
    let mut snapshots = Vec::new();
    if let Some(snapshot) = &report.snapshot {
        left.extend(snapshot.left.iter().map(|it| (it.file.clone(), it.why.clone())));
        left.extend(snapshot.reason.iter().map(|why| ("snapshot".to_owned(), why.clone())));
        snapshots.extend(snapshot.file.as_ref().map(|blob| (snapshot, blob)));
    }
    let (plain, modules) = form(&report, &out)?;
    let mut forms = vec![(ImageForm::Modules, plain)];
    for (snapshot, blob) in snapshots {
        notes.extend(snapshot.clock.iter().map(|file| {
            format!("{file} reads the time while it is loaded: a start from the snapshot finds that of baking in it")
        }));
        let (mut writer, _) = form(&report, &out)?;
        writer.add(BLOB, EntryKind::Blob, content(blob)?)?;
        writer.add(GUARDS, EntryKind::Table, snapshot.guards.to_string().into_bytes())?;
        let mut rest = ImageWriter::new();
        fill(&mut rest, &snapshot.entries)?;
        add_compile_cache(&mut writer, &snapshot.identity, &out)?;
        writer.add(REST, EntryKind::File, rest.finish(&snapshot.identity)?)?;
        forms.push((ImageForm::Snapshot, writer));
    }
    Ok(Recorded { forms, identity: report.identity, modules, left, notes, failures: Vec::new(), deferral: None })
}

/// The image without a snapshot, and how many modules it has.
fn form(report: &Report, out: &Path) -> Result<(ImageWriter, usize)> {
    let mut writer = ImageWriter::new();
    let modules = fill(&mut writer, &report.entries)?;
    add_compile_cache(&mut writer, &report.identity, out)?;
    Ok((writer, modules))
}

async fn run(package: &Package, options: &BakeOptions, out: &Path) -> Result<Report> {
    let events = order::write_events(options, out)?;
    let session = Session::plain(package, &options.trial).await?;
    let function = session.report()?;
    let asked = json!({
        "directory": function.package,
        "entry": function.entry,
        "events": events,
        "out": out,
        "check": options.check.name(),
    });
    let told = order::run(&function, &session.bake_script(Language::Node), &asked).await?;
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
