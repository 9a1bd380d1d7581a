//! What a runtime says of an error.

use crate::bootstrap::message::Failure;
use crate::error::Code;
use serde_json::Value;

/// Bytes of an error's text that are passed on, and of its trace: a control message holds both.
const MOST_TEXT: usize = 128 << 10;
/// The type of an error whose body does not say one.
const UNKNOWN: &str = "Runtime.Unknown";

/// An error as a runtime tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Raised {
    pub(super) kind: String,
    message: String,
    trace: Vec<String>,
}

impl Raised {
    /// Reads a body, `{"errorMessage", "errorType", "stackTrace"}`, in which anything may be missing; `kind` is that of
    /// the header `Lambda-Runtime-Function-Error-Type`.
    pub(super) fn read(kind: Option<&str>, body: &[u8]) -> Self {
        let fields: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let text = |name: &str| fields[name].as_str().map(ToOwned::to_owned);
        // `stackTrace` is what Python's and Java's runtimes write, `trace` what Node's does.
        let trace = fields["stackTrace"].as_array().or(fields["trace"].as_array());
        let line = |line: &Value| line.as_str().map_or_else(|| line.to_string(), ToOwned::to_owned);
        Self {
            kind: text("errorType").or(kind.map(ToOwned::to_owned)).unwrap_or_else(|| UNKNOWN.into()),
            message: shortened(text("errorMessage").unwrap_or_default()),
            trace: bounded(trace.into_iter().flatten().map(line)),
        }
    }

    /// The message for the host of an event that failed.
    pub(super) fn of_event(self) -> Failure {
        self.with(Code::FunctionRaised)
    }

    /// The message for the host of a function that could not be initialized; the types are those of AWS's runtimes.
    pub(super) fn of_init(self) -> Failure {
        let code = match self.kind.as_str() {
            "Runtime.HandlerNotFound" => Code::HandlerNotFound,
            "Runtime.UserCodeSyntaxError" => Code::SyntaxError,
            "Runtime.MalformedHandlerName" => Code::EntryInvalid,
            _ => Code::ImportFailed,
        };
        self.with(code)
    }

    /// The message for the host of a hook that failed after a restore.
    pub(super) fn of_hook(self) -> Failure {
        self.with(Code::HookFailed)
    }

    fn with(self, code: Code) -> Failure {
        Failure {
            code: code.to_string(),
            message: self.message,
            type_name: Some(self.kind),
            trace: self.trace,
            ..Failure::default()
        }
    }
}

fn shortened(mut text: String) -> String {
    let end = (0..=MOST_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.truncate(end);
    text
}

fn bounded(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut left = MOST_TEXT;
    lines.take_while(|line| left.checked_sub(line.len()).inspect(|rest| left = *rest).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_wrong_is_made_up_for() {
        for body in [&b""[..], b"[]", b"\xff", b"{\"errorType\": 3, \"stackTrace\": {}}"] {
            let raised = Raised::read(None, body);
            assert_eq!((raised.kind.as_str(), raised.message.as_str()), (UNKNOWN, ""));
            assert!(raised.trace.is_empty());
        }
        assert_eq!(Raised::read(Some("Function.Odd"), b"{}").kind, "Function.Odd");
    }

    #[test]
    fn both_kinds_of_trace_are_read() {
        let python =
            Raised::read(None, br#"{"errorMessage": "no", "errorType": "KeyError", "stackTrace": ["a", ["f.py", 3]]}"#);
        assert_eq!(python.trace, ["a", "[\"f.py\",3]"]);
        let node = Raised::read(None, br#"{"errorType": "TypeError", "trace": ["TypeError: no", "at x"]}"#);
        assert_eq!((node.kind.as_str(), node.trace.len()), ("TypeError", 2));
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let long = "ä".repeat(MOST_TEXT);
        let body = serde_json::json!({"errorMessage": long, "stackTrace": [long, long]}).to_string();
        let failure = Raised::read(None, body.as_bytes()).of_event();
        assert!(failure.message.len() <= MOST_TEXT && failure.trace.is_empty());
    }
}
