//! This report against an earlier one.

use super::Subject;
use crate::talk;
use headstart::Error;
use headstart::slim::Baseline;
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
    let baseline = Baseline::read(file)?;
    let (before, after) = (baseline.bytes, subject.analysis.bytes);
    let mut told = format!("{} before, {} now: {}\n", talk::bytes(before), talk::bytes(after), change(before, after));
    for (name, (was, is)) in parts(subject, baseline) {
        if was != is {
            told += &format!("  {name}: {}\n", change(was, is));
        }
    }
    Ok((told, most.is_none_or(|most| most.allows(before, after))))
}

/// Bytes of each part, before and now.
fn parts(subject: &Subject, baseline: Baseline) -> BTreeMap<String, (u64, u64)> {
    let mut parts: BTreeMap<_, _> = baseline.parts.into_iter().map(|(name, bytes)| (name, (bytes, 0))).collect();
    for part in &subject.analysis.parts {
        parts.entry(part.name.clone()).or_insert((0, 0)).1 += part.bytes;
    }
    for (name, bytes) in baseline.crates {
        parts.entry(crate_name(&name)).or_default().0 += bytes;
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
