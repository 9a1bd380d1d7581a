//! `cargo headstart`: the same commands as `headstart`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo repeats the subcommand's name as the first argument.
    let repeated = |(position, argument): &(usize, std::ffi::OsString)| *position == 1 && argument == "headstart";
    let arguments = std::env::args_os().enumerate().filter(|it| !repeated(it)).map(|(_, argument)| argument);
    headstart_cli::main(arguments)
}
