//! `headstart`: the command line of Headstart.

use std::process::ExitCode;

fn main() -> ExitCode {
    headstart_cli::main(std::env::args_os())
}
