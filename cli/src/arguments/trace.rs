//! `headstart trace`.

use super::common::{Format, SubjectArguments, TrialArguments};
use clap::{Args, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart trace . --entry app.handler
  headstart trace function.zip --entry index.handler --layer layer.zip --format json
  headstart trace fn/report --why pandas/core/frame.py
  headstart trace fn/report --events fn/report/events";

#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// Prints the chain that brought this file in; exits 1 where it is not reached
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) why: Option<PathBuf>,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
