//! `headstart zygotes`.

use super::common::{Format, duration, size};
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "Examples:
  headstart zygotes plan --functions fn --budget 2GiB --out zygotes.json
  headstart zygotes plan --functions fn --budget 512MiB --calls calls.json --format json
  headstart run fn/report --zygotes zygotes.json";

/// What is to be done about zygotes.
#[derive(Debug, Subcommand)]
pub(crate) enum ZygotesCommand {
    /// Profiles Python functions and says which zygotes are worth their memory, for hosts to follow
    #[command(after_help = EXAMPLES)]
    Plan(ZygotesPlanArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ZygotesPlanArguments {
    /// The directory whose directories are packages of functions, each with its configuration
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) functions: PathBuf,
    /// How much memory all zygotes together may take
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) budget: u64,
    /// How often each function is started, in relation to the others: a JSON object of numbers by name; else all alike
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) calls: Option<PathBuf>,
    /// Writes the plan to a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// The interpreter's path; by default each function's own
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub(crate) interpreter: Option<PathBuf>,
    /// How often each function is started with the profiler, and as often without
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) runs: u32,
    /// How long importing a function may take: 30s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) init_timeout: Option<Duration>,
    /// How the result is written; json is the plan itself
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
