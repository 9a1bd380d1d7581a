//! The program and its commands.

use super::analyze::{self, AnalyzeArguments};
use super::bake::{self, BakeArguments};
use super::bench::{self, BenchArguments};
use super::cache::{self, CacheArguments};
use super::doctor::{self, DoctorArguments};
use super::image::{self, ImageArguments};
use super::package::{self, PackageArguments};
use super::profile::{self, ProfileArguments};
use super::run::{self, RunArguments};
use super::serve::{self, ServeArguments};
use super::slim::{self, SlimArguments};
use super::trace::{self, TraceArguments};
use super::verify::{self, VerifyArguments};
use super::zygotes::ZygotesCommand;
use clap::{Parser, Subcommand};
use clap_complete::Shell;

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
    #[command(after_help = analyze::EXAMPLES)]
    Analyze(AnalyzeArguments),
    /// Prints the files that a function's entry reaches, one a line
    #[command(after_help = trace::EXAMPLES)]
    Trace(TraceArguments),
    /// Tells what each module takes of a function's start, in time and in memory
    #[command(after_help = profile::EXAMPLES)]
    Profile(ProfileArguments),
    /// Runs two packages of a function on the same events and compares what they do
    #[command(after_help = verify::EXAMPLES)]
    Verify(VerifyArguments),
    /// Writes a smaller package that behaves the same, with what it leaves out in a cold archive
    #[command(after_help = slim::EXAMPLES)]
    Slim(SlimArguments),
    /// Writes an init image: what every start of a function finds out anew, baked once
    #[command(after_help = bake::EXAMPLES)]
    Bake(BakeArguments),
    /// Tells what an init image is for and what is in it
    #[command(after_help = image::EXAMPLES)]
    Image(ImageArguments),
    /// Writes a function as it is deployed, with Headstart's launcher as its runtime
    #[command(after_help = package::EXAMPLES)]
    Package(PackageArguments),
    /// Runs one invocation of a function through a host
    #[command(after_help = run::EXAMPLES)]
    Run(RunArguments),
    /// Serves functions over HTTP, as AWS Lambda's API does
    #[command(after_help = serve::EXAMPLES)]
    Serve(ServeArguments),
    /// Measures the start-up of a function, tier by tier, in one interleaved run
    #[command(after_help = bench::EXAMPLES)]
    Bench(BenchArguments),
    /// Plans trees of zygotes: what many functions import, imported once
    #[command(subcommand)]
    Zygotes(ZygotesCommand),
    /// Tells what this machine supports, and what to do about what it does not
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(DoctorArguments),
    /// Tells what the caches of this user on this machine hold, and empties them
    #[command(after_help = cache::EXAMPLES)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
