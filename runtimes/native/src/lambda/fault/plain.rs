//! Faults of handler libraries, which AWS has no client for; the names are those of its other clients.

use super::told::Fault;
use headstart::bootstrap::message::Failure;
use headstart::error::Code;

/// Of an event that could not be handled.
pub(super) fn of_invocation(failure: &Failure) -> Fault {
    let text = failure.message.as_str();
    match Code::parse(&failure.code) {
        Some(Code::PayloadInvalidJson) => Fault::runtime("UnmarshalError", text),
        Some(Code::ResultNotJson) => Fault::runtime("MarshalError", text),
        _ => Fault {
            kind: failure.type_name.as_deref().unwrap_or("Error").into(),
            message: text.into(),
            ..Fault::default()
        },
    }
}

/// Of a library that could not be loaded.
pub(super) fn of_start(failure: &Failure) -> Fault {
    let name = match Code::parse(&failure.code) {
        Some(Code::EntryInvalid) => "MalformedHandlerName",
        Some(Code::HandlerNotFound | Code::HandlerNotCallable) => "HandlerNotFound",
        _ => "ImportModuleError",
    };
    Fault::runtime(name, failure.message.as_str())
}
