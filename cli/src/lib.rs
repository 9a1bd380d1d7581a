//! The command line of Headstart, for `headstart` and `cargo headstart`.
//!
//! Standard output is data, standard error is talk. Exit code 0: fine; 1: a budget, a check or a verification
//! failed; 2: an error.

mod arguments;
mod bench;
mod commands;
mod profile;
mod report;
mod subject;
mod talk;
mod target;
#[cfg_attr(not(feature = "otlp"), path = "no_traces.rs")]
mod traces;
mod trial;
mod working;

use arguments::{Cli, Command, ZygotesCommand};
use clap::Parser;
use headstart::Error;
use std::ffi::OsString;
use std::process::ExitCode;

/// Parsers allocate and free many small pieces on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The first argument that makes this program the native launcher, for machines where the small one is not
/// installed.
const NATIVE_LAUNCHER: &str = "native-launcher";

/// Something was wrong with the result, not with the way to it.
const EXIT_CHECK_FAILED: u8 = 1;
/// An error.
const EXIT_ERROR: u8 = 2;

/// Runs the program with these arguments, its own name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    match arguments.get(1).and_then(|argument| argument.to_str()) {
        Some(NATIVE_LAUNCHER) => headstart_native_launcher::main(arguments.into_iter().skip(2)),
        _ => command(Cli::parse_from(arguments)),
    }
}

fn command(cli: Cli) -> ExitCode {
    if !matches!(cli.command, Command::Serve(_)) {
        talk::start_logging(cli.verbose);
    }
    let outcome = match cli.command {
        Command::Analyze(arguments) => commands::analyze::run(&arguments),
        Command::Trace(arguments) => commands::trace::run(&arguments),
        Command::Profile(arguments) => in_runtime(commands::profile::run(arguments)),
        Command::Verify(arguments) => in_runtime(commands::verify::run(arguments)),
        Command::Slim(arguments) => commands::slim::run(&arguments),
        Command::Bake(arguments) => in_runtime(commands::bake::run(arguments)),
        Command::Image(arguments) => commands::image::run(&arguments),
        Command::Package(arguments) => in_runtime(commands::package::run(arguments)),
        Command::Run(arguments) => in_runtime(commands::run::run(arguments)),
        Command::Serve(arguments) => commands::serve::run(arguments, cli.verbose),
        Command::Bench(arguments) => in_runtime(commands::bench::run(arguments)),
        Command::Cache(arguments) => commands::cache::run(arguments),
        Command::Zygotes(ZygotesCommand::Plan(arguments)) => in_runtime(commands::zygotes::plan(arguments)),
        Command::Doctor(arguments) => in_runtime(commands::doctor::run(arguments)),
        Command::Completions { shell } => commands::completions::run(shell),
    };
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::CheckFailed) => ExitCode::from(EXIT_CHECK_FAILED),
        // The command has printed it in the form that was asked for.
        Ok(Outcome::Told) => ExitCode::from(EXIT_ERROR),
        Err(error) => {
            talk::error(&error);
            ExitCode::from(EXIT_ERROR)
        }
    }
}

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fine,
    CheckFailed,
    Told,
}

fn in_runtime<T, F: Future<Output = Result<T, Error>>>(work: F) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Error::new(headstart::Code::SystemIo, "start", error.to_string()).caused_by(error))?;
    runtime.block_on(async {
        tokio::select! {
            outcome = work => outcome,
            // Dropping the work ends its workers.
            _ = tokio::signal::ctrl_c() => Err(Error::new(headstart::Code::HostStopped, "finish", "interrupted")),
        }
    })
}
