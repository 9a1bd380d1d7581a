//! Which parts there are.

use super::bootstrap;
use crate::shell::Outcome;

/// The parts, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The launcher as a runtime of AWS Lambda: on an emulator, against AWS's client, and as templates deploy it
    Bootstrap,
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
    println!("every part passed");
    Ok(())
}
