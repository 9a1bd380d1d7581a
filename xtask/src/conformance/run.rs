//! Which parts there are.

use super::runtime_api;
use crate::shell::Outcome;

/// The parts, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// awslambdaric, aws-lambda-ric and a program built with lambda_runtime as workers
    RuntimeApi,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these parts
    #[arg(value_enum)]
    parts: Vec<Part>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let wanted = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    if wanted(Part::RuntimeApi) {
        runtime_api::run()?;
    }
    println!("every part passed");
    Ok(())
}
