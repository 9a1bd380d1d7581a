//! `cargo xtask`: everything that this project does to itself. Each task does its own set-up.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line")]

mod bake;
mod bench;
mod chart;
mod conformance;
mod criu;
mod debian;
mod demo;
mod functions;
mod fuzz;
mod generate;
mod images;
mod interpreters;
mod node;
mod proofs;
mod python;
mod ready;
mod shell;
mod swap;
mod test;
mod valkey;
mod vectors;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's own tasks; each does all its own set-up under target/
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Starts a pandas function and an Express function several ways and prints the table
    Demo(demo::Arguments),
    /// Formatting, clippy, and the tests of all three languages
    Test(test::Arguments),
    /// Runs a comparison: its arms interleaved in one run
    Bench(bench::Arguments),
    /// Runs real clients and runtimes against this project
    #[command(subcommand)]
    Conformance(conformance::Suite),
    /// Fetches CRIU below target/tools, for the tests and benchmarks of snapshots
    Criu,
    /// Fetches a Valkey server below target/tools, for the tests of caches that are kept on one
    Valkey,
    /// Runs the fuzz targets with libFuzzer
    Fuzz(fuzz::Arguments),
    /// What CI does, and cargo-deny and the documentation besides
    Ready,
    /// Writes what is made from the code: error reference, error classes, protocol vectors
    Generate {
        /// Changes nothing; fails where something is not up to date
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Conformance(suite) => conformance::run(suite),
        Task::Criu => criu::set_up(),
        Task::Valkey => valkey::set_up(),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Ready => ready::run(),
        Task::Generate { check } => generate::run(check),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
