//! An earlier report, to compare with.

use crate::error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reports larger than this are refused; one of a package of 200,000 files has about 40 MB.
const MOST_BYTES: u64 = 256 << 20;

/// What a report of `headstart analyze --format json` says of sizes.
///
/// ```
/// use headstart::slim::Baseline;
///
/// let report = br#"{"schema_version": 1, "bytes": 12, "packages": [{"name": "pkg", "bytes": 7}]}"#;
/// let baseline = Baseline::parse(report)?;
/// assert_eq!((baseline.bytes, baseline.parts["pkg"]), (12, 7));
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Baseline {
    /// Bytes of the package without layers.
    pub bytes: u64,
    /// Bytes by the name of a part; parts of one name are summed up.
    pub parts: BTreeMap<String, u64>,
    /// Bytes of code by crate, of a native function whose symbols were there.
    pub crates: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Report {
    bytes: u64,
    #[serde(default)]
    packages: Vec<Part>,
    binary: Option<Binary>,
}

#[derive(Deserialize)]
struct Binary {
    #[serde(default)]
    code: Vec<CrateCode>,
}

#[derive(Deserialize)]
struct CrateCode {
    #[serde(rename = "crate")]
    name: String,
    bytes: u64,
}

#[derive(Deserialize)]
struct Part {
    name: String,
    bytes: u64,
}

impl Baseline {
    /// Reads the report in `file`, at most 256 MiB.
    ///
    /// Fails with `config.invalid` where it cannot be read or is no report.
    pub fn read(file: &Path) -> Result<Self> {
        let about = |error: Error| error.with("file", file.display());
        let mut bytes = Vec::new();
        let read = File::open(file).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|error| about(refuse(error.to_string()).caused_by(error)))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(about(refuse(format!("it is larger than {MOST_BYTES} bytes"))));
        }
        Self::parse(&bytes).map_err(about)
    }

    /// Reads a report; fails with `config.invalid` where it is none.
    pub fn parse(report: &[u8]) -> Result<Self> {
        let report: Report = serde_json::from_slice(report).map_err(|error| {
            refuse(format!("it is no report of `headstart analyze --format json`: {error}")).caused_by(error)
        })?;
        let code = report.binary.into_iter().flat_map(|binary| binary.code);
        Ok(Self {
            bytes: report.bytes,
            parts: summed(report.packages.into_iter().map(|part| (part.name, part.bytes))),
            crates: summed(code.map(|code| (code.name, code.bytes))),
        })
    }
}

fn summed(sizes: impl Iterator<Item = (String, u64)>) -> BTreeMap<String, u64> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (name, bytes) in sizes {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(bytes);
    }
    sums
}

fn refuse(why: String) -> Error {
    Error::new(Code::ConfigInvalid, "read the report", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_end_at_the_largest_number() {
        let part = format!(r#"{{"name": "a", "bytes": {}}}"#, u64::MAX);
        let report = format!(r#"{{"bytes": 1, "packages": [{part}, {part}]}}"#);
        assert_eq!(Baseline::parse(report.as_bytes()).unwrap().parts["a"], u64::MAX);
    }

    #[test]
    fn what_is_no_report_is_told() {
        for text in ["", "[]", "{}", r#"{"bytes": -1}"#, r#"{"bytes": 1, "packages": [{"name": 1}]}"#] {
            let error = Baseline::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.code(), Code::ConfigInvalid, "{text}");
        }
        assert_eq!(Baseline::read(Path::new("/nowhere")).unwrap_err().code(), Code::ConfigInvalid);
    }
}
