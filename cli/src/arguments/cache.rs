//! `headstart cache`.

use super::common::Format;
use clap::{Args, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart cache
  headstart cache --name report --clear
  headstart cache --directory /var/cache/fn --format json";

#[derive(Debug, Args)]
pub(crate) struct CacheArguments {
    /// Where the caches are; by default `HEADSTART_CACHE_DIR`, else below the user's cache directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) directory: Option<PathBuf>,
    /// Only the caches of this function
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Removes what they hold; workers that use them go on
    #[arg(long)]
    pub(crate) clear: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
