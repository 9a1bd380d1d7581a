//! This report against an earlier one.

use super::Subject;
use crate::talk;
use headstart::{Code, Error};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// How much larger a package may have become.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Growth {
    Bytes(u64),
    /// Of the earlier size.
    Percent(f64),
}

impl Growth {
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
    fn allows(self, before: u64, after: u64) -> bool {
        let more = after.saturating_sub(before);
        match self {
            Growth::Bytes(most) => more <= most,
            Growth::Percent(most) => more as f64 <= before as f64 * most / 100.0,
        }
    }
}

/// What has changed since the report in `file`, as text, and whether that is allowed.
///
/// Fails with `config.invalid` where the file is no report.
pub(crate) fn compare(subject: &Subject, file: &Path, most: Option<Growth>) -> Result<(String, bool), Error> {
    let refuse = |why: String| Error::new(Code::ConfigInvalid, "read the report", why).with("file", file.display());
    let text = std::fs::read(file).map_err(|error| refuse(error.to_string()))?;
    let report: Value = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
    let before = report["bytes"]
        .as_u64()
        .ok_or_else(|| refuse("it is no report of `headstart analyze --format json`".into()))?;
    let after = subject.analysis.bytes;
    let mut told = format!("{} before, {} now: {}\n", talk::bytes(before), talk::bytes(after), change(before, after));
    for (name, (was, is)) in parts(subject, &report) {
        if was != is {
            told += &format!("  {name}: {}\n", change(was, is));
        }
    }
    Ok((told, most.is_none_or(|most| most.allows(before, after))))
}

fn parts(subject: &Subject, report: &Value) -> BTreeMap<String, (u64, u64)> {
    let mut parts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for part in report["packages"].as_array().into_iter().flatten() {
        let name = part["name"].as_str().unwrap_or_default().to_owned();
        parts.entry(name).or_default().0 += part["bytes"].as_u64().unwrap_or(0);
    }
    for part in &subject.analysis.parts {
        parts.entry(part.name.clone()).or_default().1 += part.bytes;
    }
    for code in report["binary"]["code"].as_array().into_iter().flatten() {
        let name = crate_name(code["crate"].as_str().unwrap_or_default());
        parts.entry(name).or_default().0 += code["bytes"].as_u64().unwrap_or(0);
    }
    for code in subject.analysis.binary.iter().flat_map(|binary| &binary.code) {
        parts.entry(crate_name(&code.name)).or_default().1 += code.bytes;
    }
    parts
}

fn crate_name(name: &str) -> String {
    format!("crate {name}")
}

fn change(before: u64, after: u64) -> String {
    let sign = if after >= before { '+' } else { '-' };
    format!("{sign}{}", talk::bytes(after.abs_diff(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_bounded() {
        assert!(Growth::Bytes(10).allows(100, 110) && !Growth::Bytes(10).allows(100, 111));
        assert!(Growth::Percent(5.0).allows(100, 105) && !Growth::Percent(5.0).allows(100, 106));
        assert!(Growth::Bytes(0).allows(100, 50));
    }
}
