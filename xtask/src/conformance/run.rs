//! Which parts there are.

use super::{bootstrap, functions_framework, invoke_api, runtime_api};
use crate::shell::Outcome;

/// The parts, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The launcher as a runtime of AWS Lambda: on an emulator, against AWS's client, and as templates deploy it
    Bootstrap,
    /// AWS's own runtimes for Python, Node and Rust as workers
    RuntimeApi,
    /// Google's Functions Framework for Python and Node as workers
    FunctionsFramework,
    /// boto3, the AWS CLI and a browser against `headstart serve`
    InvokeApi,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these parts
    #[arg(value_enum)]
    parts: Vec<Part>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let wanted = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    if wanted(Part::Bootstrap) {
        bootstrap::run()?;
    }
    if wanted(Part::RuntimeApi) {
        runtime_api::run()?;
    }
    if wanted(Part::FunctionsFramework) {
        functions_framework::run()?;
    }
    if wanted(Part::InvokeApi) {
        invoke_api::run()?;
    }
    println!("every part passed");
    Ok(())
}
