//! `headstart profile`.

use super::common::{SubjectArguments, TrialArguments};
use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "Examples:
  headstart profile . --entry app.handler
  headstart profile fn/report --events fn/report/events/quarter.json --runs 5 --tree
  headstart profile fn/report --format speedscope > report.speedscope.json";

/// How a profile is written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileFormat {
    /// For reading
    Text,
    /// For programs: one JSON value with `schema_version`
    Json,
    /// For <https://www.speedscope.app>: a flame graph
    Speedscope,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// How often the function is started with the profiler, and as often without
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) runs: u32,
    /// How many modules are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,
    /// Shows which module was loaded for which
    #[arg(long)]
    pub(crate) tree: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ProfileFormat,
}
