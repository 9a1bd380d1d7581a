//! `headstart package`.

use super::Format;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart package fn/report --target lambda-zip --out report.zip
  headstart package fn/report --target lambda-layer --interpreter python3.12 --out headstart.zip
  headstart package fn/report --target oci --out report.tar";

/// Where a function is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetArgument {
    /// A zip with the function, `bootstrap` and the launcher of its language
    LambdaZip,
    /// A zip with `bootstrap` and the launcher alone, to lie beside functions of its language
    LambdaLayer,
    /// A container image of one layer in the OCI layout; a tar where the output ends with .tar
    Oci,
}

#[derive(Debug, Args)]
pub(crate) struct PackageArguments {
    /// The function: a directory or a zip, most often what `slim` wrote; by default the project of the working directory
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) path: Option<PathBuf>,
    /// The handler: module.attribute
    #[arg(long)]
    pub(crate) entry: Option<String>,
    /// python3.12, nodejs24, native; by default the one that fits the entry's file
    #[arg(long)]
    pub(crate) runtime: Option<String>,
    /// Where it is deployed
    #[arg(long, value_enum)]
    pub(crate) target: TargetArgument,
    /// Where the output goes
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) out: PathBuf,
    /// Replaces what an earlier run wrote there
    #[arg(long)]
    pub(crate) force: bool,
    /// The interpreter that compiles the launcher, of the version that the function will run on
    #[arg(long, value_hint = ValueHint::ExecutablePath)]
    pub(crate) interpreter: Option<PathBuf>,
    /// The native launcher, built for the machine that the function is deployed to
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) launcher: Option<PathBuf>,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
