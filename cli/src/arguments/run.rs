//! `headstart run`.

use super::common::{Format, TargetArguments};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart run . --entry app.handler --event '{\"name\": \"world\"}'
  headstart run fn/report --event @events/small.json --tier zygote
  headstart run fn/report --image report.image --tier image
  cat event.json | headstart run fn/report --event - --format json";

/// The tier that an invocation is to come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TierArgument {
    /// A new worker, without an image
    Cold,
    /// A new worker with the function's init image
    Image,
    /// A started worker that is given the function
    Stem,
    /// A fork of a zygote
    Zygote,
    /// An instance that is ready
    Warm,
    /// An instance that was ready and has been frozen
    Frozen,
    /// One that is restored from a snapshot
    Snapshot,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// Plants the zygotes of a plan first, and takes the instance from them where they are for it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "tier")]
    pub(crate) zygotes: Option<PathBuf>,
    /// Where the instance comes from
    #[arg(long, value_enum, default_value = "cold")]
    pub(crate) tier: TierArgument,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
