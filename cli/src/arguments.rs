//! What can be typed.

mod package;

pub(crate) use package::{PackageArguments, TargetArgument};

use crate::report::Growth;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use headstart::config::quantity;
use std::path::PathBuf;
use std::time::Duration;

/// Takes language-runtime start-up out of serverless cold starts.
#[derive(Debug, Parser)]
#[command(name = "headstart", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Says more of what happens: -v, -vv
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tells where a package's bytes are, what can go and why
    #[command(after_help = ANALYZE_EXAMPLES)]
    Analyze(AnalyzeArguments),
    /// Prints the files that a function's entry reaches, one a line
    #[command(after_help = TRACE_EXAMPLES)]
    Trace(TraceArguments),
    /// Tells what each module takes of a function's start, in time and in memory
    #[command(after_help = PROFILE_EXAMPLES)]
    Profile(ProfileArguments),
    /// Runs two packages of a function on the same events and compares what they do
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArguments),
    /// Writes a smaller package that behaves the same, with what it leaves out in a cold archive
    #[command(after_help = SLIM_EXAMPLES)]
    Slim(SlimArguments),
    /// Writes an init image: what every start of a function finds out anew, baked once
    #[command(after_help = BAKE_EXAMPLES)]
    Bake(BakeArguments),
    /// Tells what an init image is for and what is in it
    #[command(after_help = IMAGE_EXAMPLES)]
    Image(ImageArguments),
    /// Writes a function as it is deployed, with Headstart's launcher as its runtime
    #[command(after_help = package::EXAMPLES)]
    Package(PackageArguments),
    /// Runs one invocation of a function through a host
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),
    /// Measures the start-up of a function, tier by tier, in one interleaved run
    #[command(after_help = BENCH_EXAMPLES)]
    Bench(BenchArguments),
    /// Plans trees of zygotes: what many functions import, imported once
    #[command(subcommand)]
    Zygotes(ZygotesCommand),
    /// Tells what this machine supports, and what to do about what it does not
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor(DoctorArguments),
    /// Tells what the caches of this user on this machine hold, and empties them
    #[command(after_help = CACHE_EXAMPLES)]
    Cache(CacheArguments),
    /// Prints a completion script for a shell
    #[command(
        after_help = "Example:\n  headstart completions bash > ~/.local/share/bash-completion/completions/headstart"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

const ANALYZE_EXAMPLES: &str = "Examples:
  headstart analyze fn/report
  headstart analyze function.zip --entry index.handler --layer layer.zip --platform lambda
  headstart analyze . --format html --out report.html
  headstart analyze target/release/bootstrap
  cargo headstart analyze --package report
  headstart analyze . --format json > base.json
  headstart analyze . --compare base.json --max-growth 5% --budget 50MB";

const TRACE_EXAMPLES: &str = "Examples:
  headstart trace . --entry app.handler
  headstart trace function.zip --entry index.handler --layer layer.zip --format json
  headstart trace fn/report --why pandas/core/frame.py
  headstart trace fn/report --events fn/report/events";

const PROFILE_EXAMPLES: &str = "Examples:
  headstart profile . --entry app.handler
  headstart profile fn/report --events fn/report/events/quarter.json --runs 5 --tree
  headstart profile fn/report --format speedscope > report.speedscope.json";

const VERIFY_EXAMPLES: &str = "Examples:
  headstart verify fn/report slim/report
  headstart verify . slim.zip --entry app.handler --events recorded.jsonl --format json";

const SLIM_EXAMPLES: &str = "Examples:
  headstart slim . --entry app.handler --out ../slimmed
  headstart slim fn/report --out report.zip
  headstart slim fn/report --out slimmed --keep reached --cold beside";

const BAKE_EXAMPLES: &str = "Examples:
  headstart bake . --entry app.handler --out app.image
  headstart bake fn/report --in-package --defer
  headstart bake fn/report --out report.image --events recorded.jsonl --check trusted";

const IMAGE_EXAMPLES: &str = "Examples:
  headstart image report.image
  headstart image fn/report/.headstart/image --format json";

const RUN_EXAMPLES: &str = "Examples:
  headstart run . --entry app.handler --event '{\"name\": \"world\"}'
  headstart run fn/report --event @events/small.json --tier zygote
  headstart run fn/report --image report.image --tier image
  cat event.json | headstart run fn/report --event - --format json";

const BENCH_EXAMPLES: &str = "Examples:
  headstart bench fn/report
  headstart bench fn/report --runs 30 --arm plain --arm zygote --format json
  headstart bench fn/report --arm plain --arm image --cold-disk";

const CACHE_EXAMPLES: &str = "Examples:
  headstart cache
  headstart cache --name report --clear
  headstart cache --directory /var/cache/fn --format json";

const ZYGOTES_PLAN_EXAMPLES: &str = "Examples:
  headstart zygotes plan --functions fn --budget 2GiB --out zygotes.json
  headstart zygotes plan --functions fn --budget 512MiB --calls calls.json --format json
  headstart run fn/report --zygotes zygotes.json";

const DOCTOR_EXAMPLES: &str = "Examples:
  headstart doctor
  headstart doctor --format json";

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

/// How a profile is written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileFormat {
    /// For reading
    Text,
    /// For programs: one JSON value with `schema_version`
    Json,
    /// For <https://www.speedscope.app>: a flame graph
    Speedscope,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// How often the function is started with the profiler, and as often without
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) runs: u32,
    /// How many modules are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,
    /// Shows which module was loaded for which
    #[arg(long)]
    pub(crate) tree: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ProfileFormat,
}

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

/// How a start that uses an image makes sure that sources are those that were baked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckArgument {
    /// By size and time; where only the time is another, by content
    Stat,
    /// By content
    Digest,
    /// Not at all: for packages that are never edited where they lie
    Trusted,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct BakeArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    #[command(flatten)]
    pub(crate) trial: TrialArguments,
    /// Only imports the function, though the package has events
    #[arg(long, conflicts_with = "events")]
    pub(crate) no_events: bool,
    /// Where the image is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "in_package")]
    pub(crate) out: Option<PathBuf>,
    /// Writes the image to where hosts find it: .headstart/image in the package
    #[arg(long, conflicts_with = "out")]
    pub(crate) in_package: bool,
    /// Has imports wait that neither the start nor the events need (Python); takes minutes for large packages
    #[arg(long, conflicts_with = "no_events")]
    pub(crate) defer: bool,
    /// Does not find out what a start reads from disk; for that, files of the package and of the interpreter are dropped
    /// from memory once
    #[arg(long)]
    pub(crate) no_reads: bool,
    /// Keeps what is in the image even where the function starts no faster with it from files in memory
    #[arg(long)]
    pub(crate) keep_slower: bool,
    /// How starts check that sources are those that were baked
    #[arg(long, value_enum, default_value = "stat")]
    pub(crate) check: CheckArgument,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ImageArguments {
    /// The image
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// The tier that an invocation is to come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TierArgument {
    /// A new worker, without an image
    Cold,
    /// A new worker with the function's init image
    Image,
    /// A started worker that is given the function
    Stem,
    /// A fork of a zygote
    Zygote,
    /// An instance that is ready
    Warm,
    /// An instance that was ready and has been frozen
    Frozen,
    /// One that is restored from a snapshot
    Snapshot,
}

/// What is to be done about zygotes.
#[derive(Debug, Subcommand)]
pub(crate) enum ZygotesCommand {
    /// Profiles Python functions and says which zygotes are worth their memory, for hosts to follow
    #[command(after_help = ZYGOTES_PLAN_EXAMPLES)]
    Plan(ZygotesPlanArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ZygotesPlanArguments {
    /// The directory whose directories are packages of functions, each with its configuration
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) functions: PathBuf,
    /// How much memory all zygotes together may take
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) budget: u64,
    /// How often each function is started, in relation to the others: a JSON object of numbers by name; else all alike
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) calls: Option<PathBuf>,
    /// Writes the plan to a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// The interpreter's path; by default each function's own
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub(crate) interpreter: Option<PathBuf>,
    /// How often each function is started with the profiler, and as often without
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) runs: u32,
    /// How long importing a function may take: 30s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) init_timeout: Option<Duration>,
    /// How the result is written; json is the plan itself
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// Plants the zygotes of a plan first, and takes the instance from them where they are for it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "tier")]
    pub(crate) zygotes: Option<PathBuf>,
    /// Where the instance comes from
    #[arg(long, value_enum, default_value = "cold")]
    pub(crate) tier: TierArgument,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// One way to start a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Arm {
    /// The interpreter alone: imports the handler and calls it, without Headstart
    Plain,
    /// A worker started for the request
    Cold,
    /// The same with an init image: the one that is named, else one that is baked from the package's events
    Image,
    /// The same with an image that was baked with --defer (Python)
    ImageDefer,
    /// A started worker with the preload set, given the function for the request
    Stem,
    /// A child of a zygote with the preload set, forked in advance where one was ready
    Zygote,
    /// A child of such a zygote that is forked when the request comes
    Fork,
    /// An instance that has served before
    Warm,
    /// An instance that has served before and was frozen; each run but the first follows another
    Frozen,
    /// The same, paged out as far as there is swap; what the event needs is brought back when it comes
    FrozenPaged,
    /// The same; what the event needs is brought back by a signal before it comes
    FrozenPagedIn,
    /// An instance restored from a snapshot of one that has handled the event
    Snapshot,
}

impl Arm {
    /// Whether the instance was frozen.
    pub(crate) fn is_frozen(self) -> bool {
        matches!(self, Self::Frozen | Self::FrozenPaged | Self::FrozenPagedIn)
    }

    /// Whether one instance serves all runs.
    pub(crate) fn keeps_instance(self) -> bool {
        self == Self::Warm || self.is_frozen()
    }
}

#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// How often each arm is run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) runs: u32,
    /// An arm to run; may be repeated; by default all that the runtime has
    #[arg(long = "arm", visible_alias = "tier", value_enum)]
    pub(crate) arms: Vec<Arm>,
    /// The image of the arm image-defer; by default one that is baked from the package's events
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) deferred_image: Option<PathBuf>,
    /// A file with further arms: a JSON array of commands, each with `name`, `program`, `arguments` and `environment`,
    /// that speak with the bench as its plain arm does (docs/reference/benchmarks.md)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) peers: Option<PathBuf>,
    /// Each start finds the files of the function and of its interpreter on disk, not in memory
    #[arg(long)]
    pub(crate) cold_disk: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

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

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

fn duration(text: &str) -> Result<Duration, String> {
    quantity::duration(text).map_err(|error| error.message().to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    quantity::size(text).map_err(|error| error.message().to_owned())
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

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is not NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
