//! Faults as aws-lambda-ric tells them.

use super::places;
use super::told::{Fault, Style};
use headstart::bootstrap::message::Failure;
use headstart::error::Code;

/// What stands before an error that led to another one, with its frames behind it.
const CAUSE: &str = "caused by ";

/// Of an event that could not be handled.
pub(super) fn of_invocation(failure: &Failure) -> Fault {
    match Code::parse(&failure.code) {
        Some(Code::PayloadInvalidJson) => fault("Runtime.UnmarshalError", failure.message.as_str()),
        Some(Code::ResultNotJson) => fault("Runtime.JSONStringifyError", "Unable to stringify response body"),
        Some(Code::PayloadTooLarge) => fault("Function.ResponseSizeTooLarge", failure.message.as_str()),
        _ => of_raised(failure),
    }
}

/// Of a function that could not be started.
pub(super) fn of_start(failure: &Failure, handler: &str) -> Fault {
    let original = || format!("{}: {}", name(failure), failure.message);
    match Code::parse(&failure.code) {
        Some(Code::EntryInvalid) if handler.contains("..") => fault(
            "Runtime.MalformedHandlerName",
            format!(
                "'{handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler \
                 names."
            ),
        ),
        Some(Code::EntryInvalid) => fault("Runtime.MalformedHandlerName", "Bad handler"),
        Some(Code::EntryNotFound) => {
            let module = handler.rsplit('/').next().and_then(|it| it.split('.').next()).unwrap_or(handler);
            fault("Runtime.ImportModuleError", format!("Error: Cannot find module '{module}'"))
        }
        Some(Code::ImportFailed) if is_missing_module(failure) => {
            with_trace(fault("Runtime.ImportModuleError", original()), failure)
        }
        Some(Code::SyntaxError) => with_trace(fault("Runtime.UserCodeSyntaxError", original()), failure),
        Some(Code::HandlerNotFound) => {
            fault("Runtime.HandlerNotFound", format!("{handler} is undefined or not exported"))
        }
        Some(Code::HandlerNotCallable) => fault("Runtime.HandlerNotFound", format!("{handler} is not a function")),
        _ => of_raised(failure),
    }
}

/// Of an error of user code.
pub(super) fn of_raised(failure: &Failure) -> Fault {
    with_trace(fault(name(failure), failure.message.as_str()), failure)
}

/// In this form.
pub(super) fn styled(fault: Fault) -> Fault {
    Fault { style: Style::Node, ..fault }
}

/// What AWS's client takes for the name: the error's own, where the launcher has a better one.
fn name(failure: &Failure) -> &str {
    failure.name.as_deref().or(failure.type_name.as_deref()).unwrap_or("Error")
}

/// Whether `require` did not find it; `import` has another text, and for AWS's client another code.
fn is_missing_module(failure: &Failure) -> bool {
    failure.message.starts_with("Cannot find module '") && !failure.message.contains("' imported from ")
}

/// The lines of a V8 stack: what was thrown, and the frames, innermost first.
fn with_trace(fault: Fault, failure: &Failure) -> Fault {
    let own = failure.trace.iter().position(|line| line.starts_with(CAUSE)).unwrap_or(failure.trace.len());
    let frames: Vec<_> = failure.trace[..own].iter().rev().collect();
    let text = format!("{}: {}", fault.kind, fault.message);
    let mut trace: Vec<String> = text.lines().map(str::to_owned).collect();
    trace.extend(frames.iter().map(|frame| format!("    at {frame}")));
    let places = frames.iter().filter_map(|frame| places::of_node(frame)).collect();
    Fault { trace, places, ..fault }
}

fn fault(kind: &str, message: impl Into<String>) -> Fault {
    Fault { style: Style::Node, kind: kind.into(), message: message.into(), ..Fault::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: Code, message: &str) -> Failure {
        Failure {
            code: code.as_str().into(),
            message: message.into(),
            type_name: Some("Refused".into()),
            name: Some("Error".into()),
            trace: vec!["main (/f/index.js:9:1)".into(), "inner (/f/a.js:2:3)".into(), "caused by X: y".into()],
            ..Failure::default()
        }
    }

    #[test]
    fn frames_stand_as_in_a_stack_and_the_name_is_the_errors_own() {
        let told = of_invocation(&failure(Code::FunctionRaised, "two\nlines"));
        assert_eq!(told.kind, "Error");
        assert_eq!(told.trace, ["Error: two", "lines", "    at inner (/f/a.js:2:3)", "    at main (/f/index.js:9:1)"]);
        assert_eq!(told.places[0].label, "inner");
    }

    #[test]
    fn starts_fail_in_awss_words() {
        let told = |code, text, handler| {
            let fault = of_start(&failure(code, text), handler);
            format!("{}: {}", fault.kind, fault.message)
        };
        let missing = "Cannot find module 'left-pad'";
        assert_eq!(
            told(Code::ImportFailed, missing, "index.handler"),
            format!("Runtime.ImportModuleError: Error: {missing}")
        );
        let missing = "Cannot find module '/f/x.mjs' imported from /f/index.mjs";
        assert_eq!(told(Code::ImportFailed, missing, "index.handler"), format!("Error: {missing}"));
        assert_eq!(
            told(Code::EntryNotFound, "", "dist/index.handler"),
            "Runtime.ImportModuleError: Error: Cannot find module 'index'"
        );
        assert_eq!(told(Code::EntryInvalid, "", "handler"), "Runtime.MalformedHandlerName: Bad handler");
    }
}
