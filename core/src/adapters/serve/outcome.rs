//! What a function's failure looks like to its caller: the body that AWS's runtime of its language would have sent.

use super::fault::{Fault, Kind};
use crate::error::{Code, Error};
use crate::package::Entry;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A function that was asked and gave no result.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) body: Vec<u8>,
}

/// Which request it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) request_id: &'a str,
    pub(super) runtime: &'a str,
    pub(super) handler: &'a str,
    pub(super) timeout: Duration,
}

/// What the function is to blame for, or what the server or the caller is.
pub(super) fn of(error: Error, asked: Asked<'_>) -> Result<Failed, Fault> {
    let (kind, message) = match error.code() {
        Code::FunctionRaised => (raised(&error).unwrap_or_else(|| "Error".into()), error.message().to_owned()),
        Code::ImportFailed | Code::EntryNotFound | Code::HandlerNotCallable => import(&error, asked),
        Code::SyntaxError => (
            "Runtime.UserCodeSyntaxError".into(),
            format!("Syntax error in module '{}': {}", module(asked), error.message()),
        ),
        Code::HandlerNotFound => ("Runtime.HandlerNotFound".into(), error.message().to_owned()),
        Code::EntryInvalid => ("Runtime.MalformedHandlerName".into(), error.message().to_owned()),
        Code::ResultNotJson => {
            ("Runtime.MarshalError".into(), format!("Unable to marshal response: {}", error.message()))
        }
        Code::OutOfMemory => ("Runtime.OutOfMemory".into(), error.message().to_owned()),
        Code::PayloadTooLarge => ("Function.ResponseSizeTooLarge".into(), error.message().to_owned()),
        Code::TimedOut => {
            let text = format!("Task timed out after {:.2} seconds", asked.timeout.as_secs_f64());
            ("Sandbox.Timedout".into(), format!("RequestId: {} Error: {text}", asked.request_id))
        }
        Code::WorkerInitTimedOut => {
            ("Sandbox.Timedout".into(), format!("RequestId: {} Error: {}", asked.request_id, error.message()))
        }
        Code::WorkerExited => (
            "Runtime.ExitError".into(),
            format!("RequestId: {} Error: Runtime exited: {}", asked.request_id, error.message()),
        ),
        Code::PayloadInvalidJson => {
            let text = format!("Could not parse request body into json: {}", error.message());
            return Err(Fault::new(Kind::InvalidContent, text));
        }
        _ => return Err(error.into()),
    };
    Ok(Failed { body: body(&kind, &message, &error, asked) })
}

/// The exception's class, where the language gives one.
fn raised(error: &Error) -> Option<String> {
    error.exception().map(|it| it.type_name.clone()).filter(|name| !name.is_empty())
}

/// What an import comes to: a missing module has a name of its own, everything else keeps its class.
fn import(error: &Error, asked: Asked<'_>) -> (String, String) {
    let class = raised(error);
    let is_missing = class.as_deref().is_none_or(|it| matches!(it, "ImportError" | "ModuleNotFoundError"));
    if is_missing || error.message().starts_with("Cannot find ") {
        let text = if is_node(asked) {
            format!("Error: {}", error.message())
        } else {
            format!("Unable to import module '{}': {}", module(asked), error.message())
        };
        return ("Runtime.ImportModuleError".into(), text);
    }
    (class.unwrap_or_default(), error.message().to_owned())
}

fn module(asked: Asked<'_>) -> String {
    asked.handler.parse::<Entry>().map_or_else(|_| asked.handler.to_owned(), |entry| entry.module().to_owned())
}

fn is_node(asked: Asked<'_>) -> bool {
    asked.runtime.starts_with("nodejs")
}

/// `stackTrace` for Python, `trace` for Node, as their runtimes name it.
fn body(kind: &str, message: &str, error: &Error, asked: Asked<'_>) -> Vec<u8> {
    let mut body = Map::from_iter([("errorMessage".to_owned(), json!(message)), ("errorType".to_owned(), json!(kind))]);
    let frames = error.exception().map(|it| it.trace.clone()).unwrap_or_default();
    if is_node(asked) {
        let head = std::iter::once(format!("{kind}: {message}"));
        // Node shows the innermost frame first.
        let lines: Vec<String> = head.chain(frames.into_iter().rev().map(|line| format!("    at {line}"))).collect();
        body.insert("trace".into(), json!(lines));
    } else if error.exception().is_some() {
        body.insert("requestId".into(), json!(asked.request_id));
        body.insert("stackTrace".into(), json!(stack(frames)));
    }
    Value::Object(body).to_string().into_bytes()
}

/// A frame and its line of source are one element, each line indented and ended.
fn stack(lines: Vec<String>) -> Vec<String> {
    let mut stack: Vec<String> = Vec::new();
    for line in lines {
        let text = format!("  {line}\n");
        match stack.last_mut() {
            Some(frame) if line.starts_with("  ") => frame.push_str(&text),
            _ => stack.push(text),
        }
    }
    stack
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'_> =
        Asked { request_id: "r-1", runtime: "python3.12", handler: "app.handler", timeout: Duration::from_secs(3) };

    fn read(error: Error, asked: Asked<'_>) -> Value {
        serde_json::from_slice(&of(error, asked).unwrap().body).unwrap()
    }

    #[test]
    fn pythons_errors_look_as_awslambdaric_writes_them() {
        let trace = vec![r#"File "/f/app.py", line 3, in handler"#.to_owned(), "  raise ValueError(x)".to_owned()];
        let error = Error::new(Code::FunctionRaised, "invoke", "no rows").raised("ValueError", trace);
        assert_eq!(
            read(error, ASKED),
            json!({"errorMessage": "no rows", "errorType": "ValueError", "requestId": "r-1",
                "stackTrace": ["  File \"/f/app.py\", line 3, in handler\n    raise ValueError(x)\n"]})
        );
    }

    #[test]
    fn nodes_errors_begin_with_what_was_thrown() {
        let error =
            Error::new(Code::FunctionRaised, "invoke", "no rows").raised("TypeError", vec!["a (x.js:1:2)".into()]);
        let asked = Asked { runtime: "nodejs24.x", ..ASKED };
        assert_eq!(read(error, asked)["trace"], json!(["TypeError: no rows", "    at a (x.js:1:2)"]));
    }

    #[test]
    fn what_is_not_the_functions_fault_is_told_otherwise() {
        let kind = |code| of(Error::new(code, "x", "y"), ASKED).unwrap_err().kind();
        assert_eq!(kind(Code::HostOverloaded), Kind::TooMany);
        assert_eq!(kind(Code::PayloadInvalidJson), Kind::InvalidContent);
        assert_eq!(kind(Code::SystemIo), Kind::Service);
        let late = read(Error::new(Code::TimedOut, "x", "y"), ASKED);
        assert_eq!(late["errorMessage"], "RequestId: r-1 Error: Task timed out after 3.00 seconds");
    }
}
