//! What a host holds for a function right now.

use super::tally::TierCount;
use crate::instance::{Interpreter, Tier, Timings};
use crate::sys::memory::Memory;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A function's workers, as they are now.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct FunctionReport {
    /// The function's name.
    pub name: String,
    /// `python`, `nodejs` or `native`.
    pub language: &'static str,
    /// What runs it.
    pub interpreter: Interpreter,
    /// The package directory, absolute.
    pub package: PathBuf,
    /// `module.attribute`.
    pub entry: String,
    /// The whole environment of its workers.
    #[serde(skip)]
    pub environment: BTreeMap<String, String>,
    /// Instances that wait for a request.
    pub idle: Vec<WorkerReport>,
    /// Instances that handle a request.
    pub busy: Vec<WorkerReport>,
    /// Instances that are frozen, the last used at the end.
    pub frozen: Vec<WorkerReport>,
    /// Workers that wait for their function.
    pub stems: Vec<WorkerReport>,
    /// The zygote, where there is one.
    pub zygote: Option<WorkerReport>,
    /// The zygote's spare child, where there is one.
    pub spare: Option<WorkerReport>,
    /// Which tiers served its requests, and which failed them.
    pub tiers: BTreeMap<Tier, TierCount>,
    /// The snapshot that further instances are restored from, where there is one.
    pub snapshot: Option<SnapshotReport>,
    /// Requests that are waiting or running.
    pub in_flight: usize,
    /// Instances that it is to have at any time.
    pub hold: HoldReport,
}

/// Instances that are held ready.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct HoldReport {
    /// How many there are to be.
    pub wanted: usize,
    /// How many of them there are, those that handle a request included.
    pub present: usize,
    /// Why the last start of one failed, until one succeeds.
    pub failure: Option<String>,
}

/// A snapshot on disk.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SnapshotReport {
    /// Where it lies.
    pub directory: PathBuf,
    /// What it takes on disk.
    pub bytes: u64,
    /// How many restores from it this host has begun.
    pub restores: u64,
}

/// One worker.
#[derive(Debug, Clone, Copy, Serialize)]
#[non_exhaustive]
pub struct WorkerReport {
    /// Its process.
    pub pid: u32,
    /// How it came to be ready.
    pub tier: Tier,
    /// What it holds in memory; `None` where that cannot be read.
    pub memory: Option<Memory>,
    /// What its start took, as far as it has a function; of instances only.
    pub start: Option<Timings>,
}

impl WorkerReport {
    pub(super) fn of(pid: u32, tier: Tier) -> Self {
        Self { pid, tier, memory: Memory::of(pid).ok(), start: None }
    }

    pub(super) fn of_instance((pid, tier, start): (u32, Tier, Timings)) -> Self {
        Self { start: Some(start), ..Self::of(pid, tier) }
    }
}
