//! `headstart serve`.

use super::common::{duration, size};
use clap::{Args, ValueEnum, ValueHint};
use headstart::adapters::front::Platform;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(super) const EXAMPLES: &str = "Examples:
  headstart serve
  headstart serve examples/python-function examples/node-function --watch
  headstart serve fn --listen 127.0.0.1:9001 --provision report=2
  aws lambda invoke --endpoint-url http://127.0.0.1:9001 --function-name report out.json
  headstart serve fn/report --as knative --listen 0.0.0.0:$PORT --insecure
  HEADSTART_TOKEN=$(cat token) headstart serve fn --listen 0.0.0.0:9001 --log-format json";

/// How log lines are written to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For reading
    Text,
    /// For programs: one JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// A package, or a directory whose directories are packages, each with its headstart.toml (or pyproject.toml,
    /// package.json, Cargo.toml)
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) directories: Vec<PathBuf>,
    /// Answers what this platform asks of a container, in place of Lambda's API: openwhisk, function-compute, fission,
    /// functions-framework or knative; of one function, or of the code that the platform brings
    #[arg(long = "as", value_name = "PLATFORM", value_parser = platform, conflicts_with_all = ["watch", "token", "access_key", "provisioned", "concurrency"])]
    pub(crate) platform: Option<Platform>,
    /// The runtime of code that the platform brings: python3.12
    #[arg(long, requires = "platform")]
    pub(crate) runtime: Option<String>,
    /// Takes up what changes in these directories; requests that run finish on what was
    #[arg(long)]
    pub(crate) watch: bool,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9001")]
    pub(crate) listen: SocketAddr,
    /// What callers have to show: as a bearer token, or as the access key of signed requests; by default
    /// `HEADSTART_TOKEN`, which other users of this machine cannot read
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// The id of the access key that callers sign their requests with, AWS's way; `HEADSTART_SECRET_KEY` has its secret
    #[arg(long, value_name = "ID")]
    pub(crate) access_key: Option<String>,
    /// Listens beyond this machine without a token or an access key
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Instances to hold ready of a function of these directories: report=2; may be repeated
    #[arg(long = "provision", value_name = "NAME=COUNT", value_parser = provision)]
    pub(crate) provisioned: Vec<(String, usize)>,
    /// How many requests may run at once, all functions together; beyond that callers are throttled
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) concurrency: u32,
    /// How many workers may exist at once, idle ones included; by default as many as requests may run
    #[arg(long, value_name = "N")]
    pub(crate) max_workers: Option<usize>,
    /// How long an instance may be idle before it is frozen; by default none is
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) freeze_after: Option<Duration>,
    /// How long an instance may be idle, frozen or not, before it is ended
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m")]
    pub(crate) idle_timeout: Duration,
    /// How long requests in flight have to end when the server is told to
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    pub(crate) drain: Duration,
    /// Memory limit of functions that name none
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory_limit: Option<u64>,
    /// How log lines are written to standard error
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) log_format: LogFormat,
}

fn platform(text: &str) -> Result<Platform, String> {
    text.parse().map_err(|error: headstart::Error| error.hint_text().unwrap_or_default().to_owned())
}

fn provision(text: &str) -> Result<(String, usize), String> {
    let (name, count) = text.split_once('=').ok_or("it is not NAME=COUNT")?;
    let count = count.parse().ok().filter(|count| *count > 0).ok_or("the count is no number above 0")?;
    Ok((name.to_owned(), count))
}
