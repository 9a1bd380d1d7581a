//! `headstart trace`: the files that an entry reaches, and why.

use super::SCHEMA_VERSION;
use crate::arguments::{Format, TraceArguments};
use crate::{Outcome, subject, talk, trial};
use headstart::Error;
use headstart::package::{FileId, Package};
use headstart::slim::{self, Reason, Trace};
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
        Format::Json => talk::json(&as_json(&package, &trace))?,
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

fn step(package: &Package, file: FileId, reason: &Reason) -> Value {
    json!({
        "file": subject::name(package, file),
        "why": reason.why.name(),
        "from": reason.from.map(|from| subject::name(package, from)),
        "line": reason.line,
    })
}

fn as_json(package: &Package, trace: &Trace) -> Value {
    let reasons = |file| -> Vec<_> {
        let reasons = trace.reasons(file).iter();
        reasons
            .map(|reason| json!({"why": reason.why.name(), "from": reason.from.map(|it| subject::name(package, it)), "line": reason.line}))
            .collect()
    };
    let file =
        |id| json!({"file": subject::name(package, id), "bytes": package.tree().file(id).size, "reasons": reasons(id)});
    let files: Vec<_> = trace.files(package.tree()).map(file).collect();
    let findings: Vec<_> = trace.findings().iter().map(|finding| subject::finding(package, finding)).collect();
    json!({"schema_version": SCHEMA_VERSION, "parsed": trace.parsed(), "files": files, "findings": findings})
}
