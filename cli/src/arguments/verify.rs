//! `headstart verify`.

use super::common::{Format, TrialArguments};
use clap::{Args, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart verify fn/report slim/report
  headstart verify . slim.zip --entry app.handler --events recorded.jsonl --format json";

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The package to go by: a directory or a zip; its configuration says what is not typed
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) a: PathBuf,
    /// The package that is to do the same
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) b: PathBuf,
    /// The handler: module.attribute
    #[arg(long)]
    pub(crate) entry: Option<String>,
    /// python3.12, nodejs24, native; by default the one that fits the entry's file
    #[arg(long)]
    pub(crate) runtime: Option<String>,
    /// A layer of both, a directory or a zip; may be repeated
    #[arg(long = "layer", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) layers: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
