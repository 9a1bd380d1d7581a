//! The manifest: every decision, with its reason.

use super::copy::place;
use super::options::SlimOptions;
use crate::error::Result;
use crate::package::Package;
pub(super) use crate::slim::plan::MANIFEST as NAME;
use crate::slim::plan::Plan;
use crate::slim::trace::Trace;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

const SCHEMA_VERSION: u32 = 1;

/// Writes the manifest. It names no time and no place, so that the same package gives the same bytes.
pub(super) fn write(path: &Path, package: &Package, trace: &Trace, plan: &Plan, options: &SlimOptions) -> Result<()> {
    let files: Vec<Value> = package
        .tree()
        .iter()
        .filter_map(|(file, found)| {
            let reason = trace.reasons(file).first();
            Some(json!([
                place(package, file)?.to_string_lossy(),
                found.size,
                plan.decision(file).name(),
                reason.map_or("unreached", |reason| reason.why.name()),
            ]))
        })
        .collect();
    let manifest = json!({
        "schema_version": SCHEMA_VERSION,
        "headstart": env!("CARGO_PKG_VERSION"),
        "entry": package.entry().map(ToString::to_string),
        "runtime": package.runtime().to_string(),
        "version": package.version().map(|(major, minor)| format!("{major}.{minor}")),
        "checks_bytecode": options.check == super::BytecodeCheck::Always,
        "columns": ["file", "bytes", "decision", "why"],
        "files": files,
    });
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(manifest.to_string().as_bytes()).and_then(|()| encoder.finish());
    let written = written.and_then(|bytes| std::fs::write(path, bytes));
    written.map_err(|error| super::stage::failed(&error).with("file", path.display()))
}
