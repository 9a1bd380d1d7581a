//! What the script of one run writes, in a process whose code is not ours: nothing of it need be true.

use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes of a report.
const MOST_BYTES: u64 = 256 << 20;
/// Rows of a report: with the limits of what a row may say, no sum over them overflows.
const MOST_ROWS: usize = 1 << 20;
/// Nanoseconds of one row: an hour.
const MOST_NS: u64 = 3_600_000_000_000;
/// Bytes of one row, gained or lost: 4 TiB.
const MOST_MEMORY: u64 = 1 << 42;
/// How many rows may stand within each other.
const MOST_DEPTH: usize = 1000;

/// When a module was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Phase {
    /// While the entry was imported.
    Init,
    /// While the first event was handled.
    First,
}

/// One module as one run saw it, in the order in which they began.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) file: Option<PathBuf>,
    /// The row around it, or the one that is known to want it.
    pub(super) parent: Option<usize>,
    pub(super) phase: Phase,
    pub(super) failed: bool,
    pub(super) self_ns: i64,
    pub(super) self_bytes: i64,
}

/// How long the phases took.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Phases {
    pub(super) init: Option<u64>,
    pub(super) first: Option<u64>,
}

/// One run.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) phases: Phases,
    /// How many of them are ES modules.
    #[serde(default)]
    pub(super) es_modules: usize,
}

impl Report {
    /// Reads the report in a file, at most 256 MiB.
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let mut bytes = Vec::new();
        File::open(file)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Self::parse(&bytes)
    }

    /// Reads a report. Parents that are none, or that lie in a circle or too deep, are taken out.
    pub(super) fn parse(bytes: &[u8]) -> io::Result<Self> {
        let mut report: Self = serde_json::from_slice(bytes)?;
        let phases = [report.phases.init, report.phases.first];
        let is_sound =
            |row: &Row| row.self_ns.unsigned_abs() <= MOST_NS && row.self_bytes.unsigned_abs() <= MOST_MEMORY;
        if report.rows.len() > MOST_ROWS
            || phases.into_iter().flatten().any(|phase| phase > MOST_NS)
            || !report.rows.iter().all(is_sound)
        {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its numbers are too large to be true"));
        }
        let count = report.rows.len();
        report.rows.iter_mut().for_each(|row| row.parent = row.parent.filter(|parent| *parent < count));
        cut_circles(&mut report.rows);
        Ok(report)
    }
}

/// Takes out parents that would make a circle, or stand too deep.
fn cut_circles(rows: &mut [Row]) {
    /// Of a row on the way that is being followed.
    const OPEN: usize = usize::MAX;
    let mut depths: Vec<Option<usize>> = vec![None; rows.len()];
    for start in 0..rows.len() {
        let (mut way, mut next) = (Vec::new(), Some(start));
        while let Some(row) = next.filter(|row| depths[*row].is_none()) {
            depths[row] = Some(OPEN);
            way.push(row);
            next = rows[row].parent;
        }
        let mut above = next.and_then(|row| depths[row]);
        for row in way.into_iter().rev() {
            let depth = above.filter(|above| *above < MOST_DEPTH).map(|above| above + 1);
            if depth.is_none() {
                rows[row].parent = None;
            }
            depths[row] = Some(depth.unwrap_or(0));
            above = depths[row];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: &[(&str, Option<usize>, i64)]) -> Vec<u8> {
        let row = |(name, parent, self_ns): &(&str, Option<usize>, i64)| {
            serde_json::json!({
                "name": name, "file": null, "parent": parent, "phase": "init", "failed": false,
                "self_ns": self_ns, "self_bytes": 0,
            })
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        serde_json::json!({"rows": rows, "phases": {"init": 1}}).to_string().into_bytes()
    }

    fn parents(rows: &[(&str, Option<usize>, i64)]) -> Vec<Option<usize>> {
        Report::parse(&report(rows)).unwrap().rows.into_iter().map(|row| row.parent).collect()
    }

    #[test]
    fn parents_are_sound() {
        let sound = [("a", None, 1), ("b", Some(0), 1), ("c", Some(3), 1), ("d", Some(1), 1)];
        assert_eq!(parents(&sound), [None, Some(0), Some(3), Some(1)]);
        assert_eq!(parents(&[("a", Some(0), 1), ("b", Some(7), 1)]), [None, None]);
        assert_eq!(parents(&[("a", Some(1), 1), ("a.b", Some(1), 1)]), [Some(1), None]);
        assert_eq!(parents(&[("a", Some(1), 1), ("b", Some(2), 1), ("c", Some(0), 1)]), [Some(1), Some(2), None]);
    }

    #[test]
    fn rows_stand_within_each_other_to_a_depth() {
        let chain: Vec<_> = (0..5000).map(|at: usize| ("x", at.checked_sub(1), 1)).collect();
        let cut = parents(&chain).into_iter().filter(Option::is_none).count();
        assert_eq!(cut, 5000_usize.div_ceil(MOST_DEPTH + 1));
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        assert!(Report::parse(&report(&[("a", None, i64::MAX)])).is_err());
        assert!(Report::parse(&report(&[("a", None, i64::MIN)])).is_err());
        assert!(Report::parse(b"{}").is_err());
    }
}
