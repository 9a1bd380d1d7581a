//! What a comparison comes to.

use super::statistics::Measured;
use crate::arguments::Arm;
use crate::talk;
use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use headstart::sys::memory::Memory;
use serde::Serialize;

/// One run of one arm.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) init_us: u64,
    pub(crate) first_us: u64,
    pub(crate) memory: Memory,
    pub(crate) result: Vec<u8>,
}

impl Run {
    fn total_us(&self) -> u64 {
        self.init_us + self.first_us
    }
}

/// One arm of one function.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    function: String,
    language: &'static str,
    arm: String,
    init_us: Measured<u64>,
    first_us: Measured<u64>,
    total_us: Measured<u64>,
    /// This arm's total by plain's total of the same round; below 1 is faster than plain.
    ratio_to_plain: Option<Measured<f64>>,
    /// The same of init alone.
    init_ratio_to_plain: Option<Measured<f64>>,
    rss_bytes: Measured<u64>,
    pss_bytes: Measured<u64>,
    private_bytes: Measured<u64>,
    swap_bytes: Measured<u64>,
    /// Whether every run gave the result that the first arm's first run gave.
    pub(crate) same_result: bool,
    /// Whether it is somebody else's: what it does wrong is not our failure.
    pub(crate) is_peer: bool,
}

/// The name of an arm, as it is typed.
pub(super) fn name(arm: Arm) -> String {
    arm.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Row {
    /// Sums up the runs of an arm; `plain` are those of the plain arm in the same rounds.
    pub(crate) fn of(
        (function, language): (&str, &'static str),
        arm: &str,
        runs: &[Run],
        plain: Option<&[Run]>,
        expected: &[u8],
    ) -> Option<Self> {
        let of = |pick: fn(&Run) -> u64| Measured::of(runs.iter().map(pick).collect());
        let ratio = |pick: fn(&Run) -> u64| {
            let pairs = plain.into_iter().flatten().zip(runs);
            Measured::of(pairs.map(|(plain, run)| divide(pick(run), pick(plain))).collect())
        };
        Some(Self {
            function: function.to_owned(),
            language,
            arm: arm.to_owned(),
            init_us: of(|run| run.init_us)?,
            first_us: of(|run| run.first_us)?,
            total_us: of(Run::total_us)?,
            ratio_to_plain: ratio(Run::total_us),
            init_ratio_to_plain: ratio(|run| run.init_us),
            rss_bytes: of(|run| run.memory.rss)?,
            pss_bytes: of(|run| run.memory.pss)?,
            private_bytes: of(|run| run.memory.private)?,
            swap_bytes: of(|run| run.memory.swap)?,
            same_result: runs.iter().all(|run| same(&run.result, expected)),
            is_peer: false,
        })
    }

    /// The arm's name.
    pub(crate) fn name(&self) -> &str {
        &self.arm
    }
}

/// Whether two results are the same JSON value, however it is written.
fn same(one: &[u8], other: &[u8]) -> bool {
    let read = |bytes| serde_json::from_slice::<serde_json::Value>(bytes);
    matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a start are far below 2^53")]
fn divide(one: u64, other: u64) -> f64 {
    one as f64 / other.max(1) as f64
}

/// The rows for reading.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["function", "tier", "init", "first reply", "total", "p90", "against plain", "private memory"]);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for row in rows {
        table.add_row([
            row.function.clone(),
            row.arm.clone(),
            talk::time(row.init_us.median),
            talk::time(row.first_us.median),
            talk::time(row.total_us.median),
            talk::time(row.total_us.p90),
            row.ratio_to_plain.map_or_else(|| "-".into(), |ratio| against(ratio.median)),
            talk::bytes(row.private_bytes.median),
        ]);
    }
    format!("{table}\n")
}

/// A ratio as people read it.
fn against(ratio: f64) -> String {
    match ratio {
        ..0.1 => format!("{:.0}x faster", 1.0 / ratio),
        ..0.95 => format!("{:.1}x faster", 1.0 / ratio),
        _ => format!("{ratio:.2}x the time"),
    }
}
