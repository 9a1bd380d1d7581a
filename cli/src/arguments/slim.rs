//! `headstart slim`.

use super::common::{Format, SubjectArguments, TrialArguments};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart slim . --entry app.handler --out ../slimmed
  headstart slim fn/report --out report.zip
  headstart slim fn/report --out slimmed --keep reached --cold beside";

/// How much is kept at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeepArgument {
    /// What was loaded on the events, where there are any (Python); else what is reached
    Auto,
    /// All that the entry reaches
    Reached,
    /// What was loaded on the events
    Observed,
}

/// Where the cold archive goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColdArgument {
    /// Into the package
    In,
    /// Beside the output
    Beside,
    /// Nowhere: what is left out is gone
    Drop,
}

/// What becomes of the sources of modules that are at hand (Python).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourcesArgument {
    /// Cold where there are events, which show what reads sources; else they stay
    Auto,
    /// Those of dependencies go to the cold archive; their bytecode stays, and what reads them is served
    Cold,
    /// They stay
    Keep,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct SlimArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// Runs no code of the function, though the package has events
    #[arg(long, conflicts_with = "events")]
    pub(crate) no_events: bool,
    /// Where the slimmed package is written: a directory, or a file that ends with .zip
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) out: PathBuf,
    /// Replaces what an earlier run wrote there
    #[arg(long)]
    pub(crate) force: bool,
    /// How much is kept at hand
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) keep: KeepArgument,
    /// Where the cold archive goes
    #[arg(long, value_enum, default_value = "in")]
    pub(crate) cold: ColdArgument,
    /// What becomes of the sources of modules that are at hand (Python)
    ///
    /// With --check-bytecode and without a cold archive they stay in any case.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) sources: SourcesArgument,
    /// Takes symbols and debug information out of shared objects, and loads each again; what fails is put back
    #[arg(long)]
    pub(crate) strip: bool,
    /// Bytecode is checked against its source at every import, for packages that are edited where they lie
    #[arg(long)]
    pub(crate) check_bytecode: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
