//! Sizes and durations as people write them.

use crate::error::{Code, Error, Result};
use std::time::Duration;

const SIZE_UNITS: &[(&str, u64)] = &[
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];
const TIME_UNITS: &[(&str, u64)] =
    &[("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)];

/// Reads a size: `512MiB`, `1.5GB`, `4096`.
///
/// Fails with `config.invalid`.
///
/// ```
/// assert_eq!(headstart::config::quantity::size("512MiB")?, 512 << 20);
/// # Ok::<(), headstart::Error>(())
/// ```
pub fn size(text: &str) -> Result<u64> {
    read(text, SIZE_UNITS, "B", "a size such as 512MiB")
}

/// Reads a duration: `250ms`, `30s`, `5m`, `1.5h`.
///
/// Fails with `config.invalid`.
///
/// ```
/// assert_eq!(headstart::config::quantity::duration("1.5s")?.as_millis(), 1500);
/// # Ok::<(), headstart::Error>(())
/// ```
pub fn duration(text: &str) -> Result<Duration> {
    read(text, TIME_UNITS, "s", "a duration such as 30s").map(Duration::from_micros)
}

fn read(text: &str, units: &[(&str, u64)], default: &str, form: &str) -> Result<u64> {
    let refuse = || Error::new(Code::ConfigInvalid, format!("read {text:?}"), format!("it is not {form}"));
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = if unit.trim().is_empty() { default } else { unit.trim() };
    let (_, scale) = units.iter().find(|(name, _)| *name == unit).ok_or_else(refuse)?;
    let value = number.parse::<f64>().map_err(|_| refuse())? * to_float(*scale);
    if !value.is_finite() || value < 0.0 || value > to_float(1 << 52) {
        return Err(refuse());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked above")]
    Ok(value.round() as u64)
}

#[expect(clippy::cast_precision_loss, reason = "units and bounds are far below 2^53")]
fn to_float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations() {
        assert_eq!(size("4096").unwrap(), 4096);
        assert_eq!(size(" 1.5 KiB ").unwrap(), 1536);
        assert_eq!(duration("250ms").unwrap(), Duration::from_millis(250));
        assert_eq!(duration("2").unwrap(), Duration::from_secs(2));
        for text in ["", "MiB", "-1s", "5 parsecs", "1e999s", "..", "99999999999999999999h"] {
            assert_eq!(duration(text).unwrap_err().code(), Code::ConfigInvalid, "{text}");
        }
    }
}
