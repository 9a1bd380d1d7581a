//! `headstart trace`: the files that an entry reaches, and why.

use super::SCHEMA_VERSION;
use crate::arguments::{Format, TraceArguments};
use crate::{Outcome, subject, talk, trial};
use headstart::Error;
use headstart::package::{FileId, Package};
use headstart::slim::{self, Reason, Trace};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::path::Path;

pub(crate) fn run(arguments: &TraceArguments) -> Result<Outcome, Error> {
    let package = subject::open(&arguments.subject)?;
    let mut options = subject::trace_options(&arguments.subject)?;
    trial::add_observation(&mut options, &package, &arguments.trial, trial::Events::Named)?;
    let trace = slim::trace(&package, &options)?;
    if let Some(file) = &arguments.why {
        return why(&package, &trace, file, arguments.format);
    }
    match arguments.format {
        Format::Json => talk::json(&told(&package, &trace))?,
        Format::Text => {
            let lines: Vec<_> = trace.files(package.tree()).map(|file| subject::name(&package, file) + "\n").collect();
            talk::data(lines.concat().as_bytes())?;
            for finding in trace.findings() {
                let place = subject::place(&package, finding);
                talk::say(format!("{place}{}: {}\n", finding.rule, finding.message).as_bytes());
            }
        }
    }
    Ok(Outcome::Fine)
}

fn why(package: &Package, trace: &Trace, asked: &Path, format: Format) -> Result<Outcome, Error> {
    let file = subject::file(package, asked)?;
    let chain = trace.chain(file);
    match format {
        Format::Json => {
            let steps: Vec<_> = chain.iter().map(|(file, reason)| step(package, *file, reason)).collect();
            talk::json(
                &json!({"schema_version": SCHEMA_VERSION, "file": subject::name(package, file), "chain": steps}),
            )?;
        }
        Format::Text if chain.is_empty() => {
            talk::data(format!("{} is not reached\n", subject::name(package, file)).as_bytes())?;
        }
        Format::Text => {
            let told = |(file, reason): &(FileId, Reason)| {
                let by = reason.from.map(|from| format!(" by {}", subject::name(package, from))).unwrap_or_default();
                let line = reason.line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("{}  {}{by}{line}\n", subject::name(package, *file), reason.why)
            };
            talk::data(chain.iter().map(told).collect::<String>().as_bytes())?;
        }
    }
    Ok(if chain.is_empty() { Outcome::CheckFailed } else { Outcome::Fine })
}

/// The trace as JSON. It may name many thousand files, so that it is written as it is read.
#[derive(Serialize)]
struct Told<'a> {
    schema_version: u32,
    parsed: usize,
    files: Files<'a>,
    findings: Vec<Value>,
}

struct Files<'a> {
    package: &'a Package,
    trace: &'a Trace,
}

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let package = self.package;
        serializer.collect_seq(self.trace.files(package.tree()).map(|file| ToldFile {
            file: Name { package, file },
            bytes: package.tree().file(file).size,
            reasons: self.trace.reasons(file).iter().map(|reason| ToldReason::of(package, reason)).collect(),
        }))
    }
}

#[derive(Serialize)]
struct ToldFile<'a> {
    file: Name<'a>,
    bytes: u64,
    reasons: Vec<ToldReason<'a>>,
}

#[derive(Serialize)]
struct ToldReason<'a> {
    why: &'static str,
    from: Option<Name<'a>>,
    line: Option<u32>,
}

impl<'a> ToldReason<'a> {
    fn of(package: &'a Package, reason: &Reason) -> Self {
        let from = reason.from.map(|file| Name { package, file });
        Self { why: reason.why.name(), from, line: reason.line }
    }
}

/// A file's name, put together only where it is written.
struct Name<'a> {
    package: &'a Package,
    file: FileId,
}

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&subject::path_of(self.package, self.file).to_string_lossy())
    }
}

fn step(package: &Package, file: FileId, reason: &Reason) -> Value {
    json!({
        "file": subject::name(package, file),
        "why": reason.why.name(),
        "from": reason.from.map(|from| subject::name(package, from)),
        "line": reason.line,
    })
}

fn told<'a>(package: &'a Package, trace: &'a Trace) -> Told<'a> {
    let findings = trace.findings().iter().map(|finding| subject::finding(package, finding)).collect();
    Told { schema_version: SCHEMA_VERSION, parsed: trace.parsed(), files: Files { package, trace }, findings }
}
