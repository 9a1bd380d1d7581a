//! What several commands take.

use clap::{Args, ValueEnum, ValueHint};
use headstart::config::quantity;
use std::path::PathBuf;
use std::time::Duration;

/// How results are written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading
    Text,
    /// For programs: one JSON value with `schema_version`
    Json,
}

/// Which function, and what it is given.
#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// The package directory; its headstart.toml (or pyproject.toml, package.json, Cargo.toml) is read
    #[arg(value_hint = ValueHint::DirPath)]
    pub(crate) path: PathBuf,
    /// The handler: module.attribute
    #[arg(long)]
    pub(crate) entry: Option<String>,
    /// python3.12, nodejs24, native; by default the one that fits the entry's file
    #[arg(long)]
    pub(crate) runtime: Option<String>,
    /// The interpreter's path
    #[arg(long, value_hint = ValueHint::ExecutablePath)]
    pub(crate) interpreter: Option<PathBuf>,
    /// A file with the preload set: one module a line
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub(crate) preload: Option<PathBuf>,
    /// The init image; by default .headstart/image in the package, where that is there
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) image: Option<PathBuf>,
    /// An environment variable for the function; may be repeated
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// What a worker may allocate: 512MiB
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory_limit: Option<u64>,
    /// How long importing the function may take
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) init_timeout: Option<Duration>,
    /// The event: JSON text, @FILE, or - for standard input
    #[arg(long, value_name = "JSON")]
    pub(crate) event: Option<String>,
    /// How long a request may take, start included
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

/// Which package is looked into.
#[derive(Debug, Args)]
pub(crate) struct SubjectArguments {
    /// The package: a directory, a zip, a binary or a Cargo project; by default the project of the working directory.
    /// Its headstart.toml (or pyproject.toml, package.json, Cargo.toml) is read
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) path: Option<PathBuf>,
    /// The handler: module.attribute
    #[arg(long)]
    pub(crate) entry: Option<String>,
    /// python3.12, nodejs24, native; by default the one that fits the entry's file
    #[arg(long)]
    pub(crate) runtime: Option<String>,
    /// A directory around the package whose files are its own too: the root of a workspace
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) base: Option<PathBuf>,
    /// A layer, a directory or a zip; may be repeated
    #[arg(long = "layer", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) layers: Vec<PathBuf>,
    /// A file or directory of the package that is kept whatever the trace says; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) include: Vec<PathBuf>,
    /// The machine it will run on: linux-x64, linux-arm64, each with -musl, or Cargo's name of it; by default this one
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<String>,
    /// The package of a Cargo workspace; by default the one of the directory, or the only one with a function
    #[arg(short, long, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The Cargo.toml of the project
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "path")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// How a function is run that is looked into.
#[derive(Debug, Args)]
pub(crate) struct TrialArguments {
    /// Events to run it on: a JSON file, a .jsonl file with one a line, or a directory of them; may be repeated
    #[arg(long = "events", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) events: Vec<PathBuf>,
    /// The interpreter's path
    #[arg(long, value_hint = ValueHint::ExecutablePath)]
    pub(crate) interpreter: Option<PathBuf>,
    /// An environment variable for the function; may be repeated
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// How long importing the function may take
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) init_timeout: Option<Duration>,
    /// How long an event may take, the start of its worker included
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    quantity::duration(text).map_err(|error| error.message().to_owned())
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    quantity::size(text).map_err(|error| error.message().to_owned())
}

pub(super) fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is not NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
