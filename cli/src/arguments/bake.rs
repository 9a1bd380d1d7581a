//! `headstart bake`.

use super::common::{Format, SubjectArguments, TrialArguments};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart bake . --entry app.handler --out app.image
  headstart bake fn/report --in-package --defer
  headstart bake fn/report --out report.image --events recorded.jsonl --check trusted";

/// How a start that uses an image makes sure that sources are those that were baked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckArgument {
    /// By size and time; where only the time is another, by content
    Stat,
    /// By content
    Digest,
    /// Not at all: for packages that are never edited where they lie
    Trusted,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct BakeArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// Only imports the function, though the package has events
    #[arg(long, conflicts_with = "events")]
    pub(crate) no_events: bool,
    /// Where the image is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "in_package")]
    pub(crate) out: Option<PathBuf>,
    /// Writes the image to where hosts find it: .headstart/image in the package
    #[arg(long, conflicts_with = "out")]
    pub(crate) in_package: bool,
    /// Has imports wait that neither the start nor the events need (Python); takes minutes for large packages
    #[arg(long, conflicts_with = "no_events")]
    pub(crate) defer: bool,
    /// Does not find out what a start reads from disk; for that, files of the package and of the interpreter are dropped
    /// from memory once
    #[arg(long)]
    pub(crate) no_reads: bool,
    /// Keeps what is in the image even where the function starts no faster with it from files in memory
    #[arg(long)]
    pub(crate) keep_slower: bool,
    /// How starts check that sources are those that were baked
    #[arg(long, value_enum, default_value = "stat")]
    pub(crate) check: CheckArgument,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
