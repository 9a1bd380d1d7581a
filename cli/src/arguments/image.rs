//! `headstart image`.

use super::common::Format;
use clap::{Args, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart image report.image
  headstart image fn/report/.headstart/image --format json";

#[derive(Debug, Args)]
pub(crate) struct ImageArguments {
    /// The image
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
