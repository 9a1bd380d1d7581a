//! What a caller is told that went wrong, as AWS Lambda's API tells it: status, header and body of each error are those
//! of its service model (`lambda/2015-03-31/service-2.json` of botocore).

use super::reply::{self, Reply};
use super::store::UNZIPPED;
use crate::error::{Code, Error};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value};
use std::fmt;

/// Seconds after which a throttled caller may try again.
const RETRY_AFTER: u64 = 1;

/// The errors of the model that are given, with their status, whose fault each is, and how its text's member is spelt.
macro_rules! kinds {
    ($( $kind:ident = $name:literal, $status:ident, $type:literal, $text:literal; )*) => {
        /// An error of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind { $( $kind, )* }

        impl Kind {
            pub(super) const fn name(self) -> &'static str {
                match self { $( Kind::$kind => $name, )* }
            }

            const fn status(self) -> StatusCode {
                match self { $( Kind::$kind => StatusCode::$status, )* }
            }

            /// `User` where the caller is at fault, else `Service`.
            const fn whose(self) -> &'static str {
                match self { $( Kind::$kind => $type, )* }
            }

            const fn text(self) -> &'static str {
                match self { $( Kind::$kind => $text, )* }
            }
        }
    };
}

kinds! {
    NotFound = "ResourceNotFoundException", NOT_FOUND, "User", "Message";
    NoProvisioned = "ProvisionedConcurrencyConfigNotFoundException", NOT_FOUND, "User", "message";
    Conflict = "ResourceConflictException", CONFLICT, "User", "message";
    Precondition = "PreconditionFailedException", PRECONDITION_FAILED, "User", "message";
    InvalidParameter = "InvalidParameterValueException", BAD_REQUEST, "User", "message";
    InvalidContent = "InvalidRequestContentException", BAD_REQUEST, "User", "message";
    // The model says 502 of an archive that is found bad at an invocation; one that is sent is the caller's mistake.
    InvalidZip = "InvalidParameterValueException", BAD_REQUEST, "User", "message";
    TooLarge = "RequestTooLargeException", PAYLOAD_TOO_LARGE, "User", "message";
    TooMany = "TooManyRequestsException", TOO_MANY_REQUESTS, "User", "message";
    Service = "ServiceException", INTERNAL_SERVER_ERROR, "Service", "Message";
    Unavailable = "ServiceException", SERVICE_UNAVAILABLE, "Service", "Message";
    // These are of every service of AWS, and in no model.
    UnknownOperation = "UnknownOperationException", NOT_FOUND, "User", "message";
    Timeout = "RequestTimeoutException", REQUEST_TIMEOUT, "User", "message";
    Denied = "AccessDeniedException", FORBIDDEN, "User", "Message";
    Unrecognized = "UnrecognizedClientException", FORBIDDEN, "User", "message";
    InvalidSignature = "InvalidSignatureException", FORBIDDEN, "User", "message";
}

/// An error on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    kind: Kind,
    message: String,
    /// Of a throttle.
    reason: Option<&'static str>,
}

impl Fault {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), reason: None }
    }

    /// The error's name in the model.
    pub(super) fn name(&self) -> &'static str {
        self.kind.name()
    }

    pub(super) fn throttled(reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::new(Kind::TooMany, "Rate Exceeded.") }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidParameter, message)
    }

    /// A member that breaks a rule of the model, told in AWS's words.
    pub(super) fn constraint(value: &str, member: &str, rule: &str) -> Self {
        let shown: String = value.chars().take(140).collect();
        Self::invalid(format!(
            "1 validation error detected: Value '{shown}' at '{member}' failed to satisfy constraint: Member must {rule}"
        ))
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// Whether the server is at fault, not the caller.
    pub(super) fn is_ours(&self) -> bool {
        self.kind.whose() == "Service"
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut body = Map::new();
        body.insert("Type".into(), self.kind.whose().into());
        body.insert(self.kind.text().into(), self.message.into());
        body.extend(self.reason.map(|reason| ("Reason".to_owned(), Value::from(reason))));
        let mut reply = reply::json(self.kind.status(), &Value::Object(body));
        let headers = reply.headers_mut();
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.kind.name()));
        if self.kind == Kind::TooMany {
            headers.insert("retry-after", RETRY_AFTER.into());
        }
        reply
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.message)
    }
}

impl From<Error> for Fault {
    /// What went wrong in the host that is not the function's own doing.
    fn from(error: Error) -> Self {
        let text = error.hint_text().map_or_else(|| error.to_string(), |hint| format!("{error}; {hint}"));
        match error.code() {
            Code::ArchiveInvalid => Self::new(Kind::InvalidZip, format!("Could not unzip uploaded file. {text}")),
            Code::PackageTooLarge => {
                Self::new(Kind::InvalidZip, format!("Unzipped size must be smaller than {UNZIPPED} bytes: {text}"))
            }
            Code::PayloadTooLarge => Self::new(Kind::TooLarge, text),
            Code::PayloadInvalidJson => Self::new(Kind::InvalidContent, text),
            Code::HostOverloaded => Self::throttled("ConcurrentInvocationLimitExceeded"),
            Code::HostStopped => Self::new(Kind::Unavailable, "The server is being stopped."),
            Code::FunctionNotFound
            | Code::EntryInvalid
            | Code::EntryNotFound
            | Code::RuntimeUnknown
            | Code::RuntimeNotFound
            | Code::RuntimeTooOld
            | Code::PreloadSetInvalid
            | Code::ConfigInvalid
            | Code::ConfigMissing => Self::invalid(text),
            _ => Self::new(Kind::Service, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_says_why_and_when_to_come_again() {
        let reply = Fault::throttled("ConcurrentInvocationLimitExceeded").into_reply();
        assert_eq!(reply.status(), 429);
        assert_eq!(reply.headers()["x-amzn-errortype"], "TooManyRequestsException");
        assert_eq!(reply.headers()["retry-after"], "1");
    }

    #[test]
    fn what_is_wrong_with_a_function_is_not_the_servers_fault() {
        let fault = Fault::from(Error::new(Code::RuntimeNotFound, "find the interpreter", "there is none"));
        assert_eq!(fault.kind(), Kind::InvalidParameter);
        assert!(Fault::from(Error::new(Code::SystemIo, "x", "y")).is_ours());
    }
}
