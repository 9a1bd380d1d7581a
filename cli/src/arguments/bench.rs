//! `headstart bench`.

use super::common::{Format, TargetArguments};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart bench fn/report
  headstart bench fn/report --runs 30 --arm plain --arm zygote --format json
  headstart bench fn/report --arm plain --arm image --cold-disk";

/// One way to start a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Arm {
    /// The interpreter alone: imports the handler and calls it, without Headstart
    Plain,
    /// A worker started for the request
    Cold,
    /// The same with an init image: the one that is named, else one that is baked from the package's events
    Image,
    /// The same with an image that was baked with --defer (Python)
    ImageDefer,
    /// A started worker with the preload set, given the function for the request
    Stem,
    /// A child of a zygote with the preload set, forked in advance where one was ready
    Zygote,
    /// A child of such a zygote that is forked when the request comes
    Fork,
    /// An instance that has served before
    Warm,
    /// An instance that has served before and was frozen; each run but the first follows another
    Frozen,
    /// The same, paged out as far as there is swap; what the event needs is brought back when it comes
    FrozenPaged,
    /// The same; what the event needs is brought back by a signal before it comes
    FrozenPagedIn,
    /// An instance restored from a snapshot of one that has handled the event
    Snapshot,
}

impl Arm {
    /// Whether the instance was frozen.
    pub(crate) fn is_frozen(self) -> bool {
        matches!(self, Self::Frozen | Self::FrozenPaged | Self::FrozenPagedIn)
    }

    /// Whether one instance serves all runs.
    pub(crate) fn keeps_instance(self) -> bool {
        self == Self::Warm || self.is_frozen()
    }
}

#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// How often each arm is run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) runs: u32,
    /// An arm to run; may be repeated; by default all that the runtime has
    #[arg(long = "arm", visible_alias = "tier", value_enum)]
    pub(crate) arms: Vec<Arm>,
    /// The image of the arm image-defer; by default one that is baked from the package's events
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) deferred_image: Option<PathBuf>,
    /// A file with further arms: a JSON array of commands, each with `name`, `program`, `arguments` and `environment`,
    /// that speak with the bench as its plain arm does (docs/reference/benchmarks.md)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) peers: Option<PathBuf>,
    /// Each start finds the files of the function and of its interpreter on disk, not in memory
    #[arg(long)]
    pub(crate) cold_disk: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
