//! `headstart doctor`.

use super::common::Format;
use clap::Args;

pub(super) const EXAMPLES: &str = "Examples:
  headstart doctor
  headstart doctor --format json";

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
