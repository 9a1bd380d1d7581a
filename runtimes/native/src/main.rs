//! `headstart-native-launcher DESCRIPTOR`: started by a host, never by hand.
//! `bootstrap` or `headstart-native-launcher lambda [HANDLER | COMMAND ...]`: a runtime of AWS Lambda, or of SCF.
//! `headstart-native-launcher --plain PACKAGE ENTRY`: the arm that benchmarks compare with.

use std::process::ExitCode;

fn main() -> ExitCode {
    headstart_native_launcher::program(std::env::args_os())
}
