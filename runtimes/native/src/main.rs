//! `headstart-native-launcher DESCRIPTOR`: started by a host, never by hand.
//! `headstart-native-launcher --plain PACKAGE ENTRY`: the arm that benchmarks compare with.

use std::process::ExitCode;

fn main() -> ExitCode {
    headstart_native_launcher::main(std::env::args_os().skip(1))
}
