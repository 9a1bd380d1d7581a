//! `headstart analyze`.

use super::common::{SubjectArguments, TrialArguments, size};
use crate::report::Growth;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  headstart analyze fn/report
  headstart analyze function.zip --entry index.handler --layer layer.zip --platform lambda
  headstart analyze . --format html --out report.html
  headstart analyze target/release/bootstrap
  cargo headstart analyze --package report
  headstart analyze . --format json > base.json
  headstart analyze . --compare base.json --max-growth 5% --budget 50MB";

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A table and the findings, for reading
    Text,
    /// Directories and files as a tree, the largest first
    Tree,
    /// For programs: one JSON value with `schema_version`
    Json,
    /// A page with a treemap and search, in one file
    Html,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Debug, Args)]
pub(crate) struct AnalyzeArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// Times the function's start, and tells what acting on findings would save of it
    #[arg(long)]
    pub(crate) profile: bool,
    /// How the report is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Writes the report to a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// How many lines of each list are shown as text
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(crate) top: usize,
    /// The platform it is for: lambda, google, vercel; exits 1 where it is over a limit
    #[arg(long)]
    pub(crate) platform: Option<String>,
    /// Exits 1 where the package has more bytes than this
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) budget: Option<u64>,
    /// Tells what has changed since this report (written with --format json)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) compare: Option<PathBuf>,
    /// Exits 1 where the package has grown by more than this: 1MB, 5%
    #[arg(long, value_name = "SIZE", value_parser = growth, requires = "compare")]
    pub(crate) max_growth: Option<Growth>,
}

fn growth(text: &str) -> Result<Growth, String> {
    match text.strip_suffix('%') {
        Some(percent) => {
            let percent: f64 = percent.trim().parse().map_err(|_| "it is no percentage".to_owned())?;
            if percent >= 0.0 { Ok(Growth::Percent(percent)) } else { Err("it is below 0".into()) }
        }
        None => size(text).map(Growth::Bytes),
    }
}
