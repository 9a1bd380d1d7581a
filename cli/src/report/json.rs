//! For programs: everything, in bytes and microseconds.

use super::{Subject, check, native};
use crate::commands::SCHEMA_VERSION;
use crate::subject;
use headstart::slim::Analysis;
use serde_json::{Value, json};

/// The report as JSON.
pub(crate) fn json(subject: &Subject) -> Value {
    let analysis = &subject.analysis;
    let package = &subject.package;
    let parts: Vec<_> = analysis
        .parts
        .iter()
        .map(|part| {
            json!({
                "name": part.name,
                "version": part.version,
                "is_own_code": part.distribution.is_none(),
                "bytes": part.bytes,
                "reached_bytes": subject.trace.as_ref().map(|_| part.reached_bytes),
                "files": part.files,
                "init_us": part.init_us,
            })
        })
        .collect();
    let files: Vec<_> = Analysis::largest(package)
        .into_iter()
        .map(|file| {
            let reason = subject.trace.as_ref().and_then(|trace| trace.reasons(file).first().copied());
            json!({
                "file": subject::name(package, file),
                "bytes": package.tree().file(file).size,
                "package": package.owner(file).map(|owner| &package.distribution(owner).name),
                "why": reason.map(|reason| reason.why.name()),
            })
        })
        .collect();
    let limits: Vec<_> = check(subject)
        .into_iter()
        .map(|it| {
            json!({
                "platform": it.limit.platform.name(),
                "zipped": it.limit.is_zipped,
                "limit_bytes": it.limit.bytes,
                "used_bytes": it.used(),
                "parts_bytes": it.parts,
                "over": it.is_over(),
                "source": it.limit.source,
            })
        })
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "name": subject.name(),
        "runtime": package.runtime().to_string(),
        "version": package.version().map(|(major, minor)| format!("{major}.{minor}")),
        "entry": package.entry().map(ToString::to_string),
        "bytes": analysis.bytes,
        "zip_bytes": subject.zip_bytes,
        "layer_bytes": analysis.layer_bytes,
        "reached_bytes": analysis.reached_bytes,
        "safe_saving_bytes": analysis.safe_saving(),
        "file_count": analysis.files,
        "limits": limits,
        "packages": parts,
        "binary": analysis.binary.as_ref().map(|binary| native::json(subject, binary)),
        "findings": analysis.findings.iter().map(|it| subject::finding(package, it)).collect::<Vec<_>>(),
        "files": files,
    })
}
