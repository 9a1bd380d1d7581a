//! What goes wrong, as AWS's own clients tell it: names, texts and traces that functions' users match on.

mod node;
mod places;
mod plain;
mod python;
mod told;

pub(super) use told::Fault;

use headstart::bootstrap::message::Failure;
use headstart::package::Language;
use headstart::sys::process::Exit;
use std::process::ExitCode;

/// Makes faults of what a launcher says, in the words of its language.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    pub(super) language: Language,
    pub(super) handler: String,
}

impl Faults {
    /// Of an event that could not be handled.
    pub(super) fn of_invocation(&self, failure: &Failure) -> Fault {
        match self.language {
            Language::Python => python::of_invocation(failure),
            Language::Node => node::of_invocation(failure),
            Language::Native => plain::of_invocation(failure),
        }
    }

    /// Of a function that could not be started.
    pub(super) fn of_start(&self, failure: &Failure) -> Fault {
        match self.language {
            Language::Python => python::of_start(failure, &self.handler),
            Language::Node => node::of_start(failure, &self.handler),
            Language::Native => plain::of_start(failure),
        }
    }

    /// One that this process has found, in the form of the function's language.
    pub(super) fn styled(&self, fault: Fault) -> Fault {
        match self.language {
            Language::Python => python::styled(fault),
            Language::Node => node::styled(fault),
            Language::Native => fault,
        }
    }

    /// Of a hook.
    pub(super) fn of_hook(&self, failure: &Failure) -> Fault {
        match self.language {
            Language::Python => python::of_raised(failure),
            Language::Node => node::of_raised(failure),
            Language::Native => plain::of_invocation(failure),
        }
    }
}

/// What this process ends with after the function's has: what that one did, and never success.
pub(super) fn exit_code(exit: Exit) -> ExitCode {
    match exit {
        Exit::Code(code) => ExitCode::from(u8::try_from(code).ok().filter(|code| *code != 0).unwrap_or(1)),
        // As shells tell a signal.
        Exit::Signal(number) => ExitCode::from(u8::try_from(128 + number).unwrap_or(1)),
        Exit::Unknown => ExitCode::FAILURE,
    }
}
