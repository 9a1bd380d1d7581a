//! `cargo xtask demo`: a pandas function and an Express function, started several ways, side by side.

use crate::bench::startup;
use crate::shell::Outcome;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often each way is run
    #[arg(long, default_value_t = 7)]
    runs: u32,
}

/// What the demo shows: Python with pandas, Node with Express, and a function in machine code.
const SHOWN: [&str; 3] = ["python/report", "node/api", "native/hello"];

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let shown = SHOWN.map(str::to_owned);
    let report = startup::measure(&shown, arguments.runs, startup::ITS_ARMS)?;
    println!("{}", startup::table(&report));
    println!("init: from the request to an instance that is ready. first reply: from the event to its result.");
    println!("plain: the interpreter alone imports the handler and calls it, with valid bytecode in place.");
    Ok(())
}
