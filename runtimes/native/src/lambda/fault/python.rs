//! Faults as awslambdaric tells them.

use super::places;
use super::told::{Fault, Style};
use headstart::bootstrap::message::Failure;
use headstart::error::Code;

/// What stands before an error that led to another one: AWS's client tells the last one only.
const OTHERS: [&str; 2] = ["caused by ", "raised while handling "];
/// The exceptions that the import system raises.
const OF_IMPORTS: [&str; 2] = ["ImportError", "ModuleNotFoundError"];
/// Exceptions of sources that do not parse.
const OF_SYNTAX: [&str; 3] = ["SyntaxError", "IndentationError", "TabError"];

/// Of an event that could not be handled.
pub(super) fn of_invocation(failure: &Failure) -> Fault {
    let text = failure.message.as_str();
    match Code::parse(&failure.code) {
        Some(Code::PayloadInvalidJson) => {
            let why = text.strip_prefix("the event is not JSON: ").unwrap_or(text);
            fault("Runtime.UnmarshalError", format!("Unable to unmarshal input: {why}"))
        }
        Some(Code::ResultNotJson) => fault("Runtime.MarshalError", format!("Unable to marshal response: {text}")),
        Some(Code::PayloadTooLarge) => fault("Function.ResponseSizeTooLarge", text),
        _ => of_raised(failure),
    }
}

/// Of a function that could not be started.
pub(super) fn of_start(failure: &Failure, handler: &str) -> Fault {
    let text = failure.message.as_str();
    let (module, name) = handler.rsplit_once('.').unwrap_or((handler, ""));
    let kind = failure.type_name.as_deref().unwrap_or_default();
    match Code::parse(&failure.code) {
        Some(Code::EntryInvalid) if !handler.contains('.') => fault(
            "Runtime.MalformedHandlerName",
            format!("Bad handler '{handler}': not enough values to unpack (expected 2, got 1)"),
        ),
        Some(Code::EntryInvalid) => fault("Runtime.MalformedHandlerName", format!("Bad handler '{handler}': {text}")),
        Some(Code::EntryNotFound) => fault(
            "Runtime.ImportModuleError",
            format!("Unable to import module '{module}': No module named '{}'", module.replace('/', ".")),
        ),
        Some(Code::ImportFailed) if OF_IMPORTS.contains(&kind) => {
            fault("Runtime.ImportModuleError", format!("Unable to import module '{module}': {text}"))
        }
        Some(Code::SyntaxError) => of_syntax(failure, module),
        Some(Code::ImportFailed) if OF_SYNTAX.contains(&kind) => of_syntax(failure, module),
        Some(Code::HandlerNotFound) => {
            fault("Runtime.HandlerNotFound", format!("Handler '{name}' missing on module '{module}'"))
        }
        Some(Code::HandlerNotCallable) => {
            fault("Runtime.HandlerNotFound", format!("Handler '{name}' of module '{module}' cannot be called"))
        }
        _ => of_raised(failure),
    }
}

/// Of an exception of user code.
pub(super) fn of_raised(failure: &Failure) -> Fault {
    let own = || failure.trace.iter().take_while(|line| !OTHERS.iter().any(|it| line.starts_with(it)));
    let mut trace: Vec<String> = Vec::new();
    for line in own() {
        match (line.strip_prefix("  "), trace.last_mut()) {
            (Some(source), Some(last)) => last.push_str(&format!("    {source}\n")),
            _ => trace.push(format!("  {line}\n")),
        }
    }
    let places = own().filter_map(|line| places::of_python(line)).collect();
    let kind = failure.type_name.as_deref().unwrap_or("Exception");
    Fault { trace, places, ..fault(kind, failure.message.as_str()) }
}

/// In this form.
pub(super) fn styled(fault: Fault) -> Fault {
    Fault { style: Style::Python, ..fault }
}

fn of_syntax(failure: &Failure, module: &str) -> Fault {
    let at = failure.trace.iter().rposition(|line| line.starts_with("File \"") && !line.contains(", in "));
    let place = at.map(|at| {
        let (file, line) = failure.trace[at].rsplit_once(", line ").unwrap_or((&failure.trace[at], "?"));
        let source = failure.trace.get(at + 1).map_or("None", |it| it.trim());
        format!("  {file} Line {line}\n    {source}\n")
    });
    let message = format!("Syntax error in module '{module}': {}", failure.message);
    Fault { trace: place.into_iter().collect(), ..fault("Runtime.UserCodeSyntaxError", message) }
}

fn fault(kind: &str, message: impl Into<String>) -> Fault {
    Fault { style: Style::Python, kind: kind.into(), message: message.into(), ..Fault::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: Code, kind: &str, message: &str, trace: &[&str]) -> Failure {
        let trace = trace.iter().map(|&it| it.to_owned()).collect();
        Failure {
            code: code.as_str().into(),
            message: message.into(),
            type_name: Some(kind.into()).filter(|it: &String| !it.is_empty()),
            trace,
            ..Failure::default()
        }
    }

    #[test]
    fn frames_become_entries_and_causes_are_left_out() {
        let lines = [
            "File \"/f/app.py\", line 2, in handler",
            "  raise ValueError",
            "caused by KeyError: 'x'",
            "File \"x\", line 1, in g",
        ];
        let told = of_invocation(&failure(Code::FunctionRaised, "ValueError", "no", &lines));
        assert_eq!(told.trace, ["  File \"/f/app.py\", line 2, in handler\n    raise ValueError\n"]);
        assert_eq!((told.kind.as_str(), told.places.len()), ("ValueError", 1));
    }

    #[test]
    fn starts_fail_in_awss_words() {
        let told = |code, kind, text, handler: &str| {
            let fault = of_start(&failure(code, kind, text, &[]), handler);
            format!("{}: {}", fault.kind, fault.message)
        };
        assert_eq!(
            told(Code::EntryNotFound, "", "no module", "src/app.handler"),
            "Runtime.ImportModuleError: Unable to import module 'src/app': No module named 'src.app'"
        );
        assert_eq!(told(Code::ImportFailed, "RuntimeError", "no", "app.handler"), "RuntimeError: no");
        assert_eq!(
            told(Code::HandlerNotFound, "", "", "app.handler"),
            "Runtime.HandlerNotFound: Handler 'handler' missing on module 'app'"
        );
        assert_eq!(
            told(Code::EntryInvalid, "", "", "handler"),
            "Runtime.MalformedHandlerName: Bad handler 'handler': not enough values to unpack (expected 2, got 1)"
        );
    }

    #[test]
    fn a_syntax_error_is_placed() {
        let lines = ["File \"/f/app.py\", line 3", "  def x(:"];
        let told =
            of_start(&failure(Code::SyntaxError, "SyntaxError", "invalid (app.py, line 3)", &lines), "app.handler");
        assert_eq!(told.trace, ["  File \"/f/app.py\" Line 3\n    def x(:\n"]);
        assert_eq!(told.message, "Syntax error in module 'app': invalid (app.py, line 3)");
    }
}
