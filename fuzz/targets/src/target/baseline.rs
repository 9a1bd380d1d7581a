//! The earlier report of `analyze --compare` may be any file.

use headstart::slim::Baseline;

pub(crate) fn run(data: &[u8]) {
    let Ok(baseline) = Baseline::parse(data) else { return };
    let sum = baseline.parts.values().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
    let _ = baseline.bytes.abs_diff(sum);
}
