//! The Rust side of the C interface: what [`export_handler!`](crate::export_handler) expands to calls.

use super::{Context, RawEvent, RawReply, STATUS_ERROR, STATUS_PANIC, STATUS_RESULT};
use std::any::Any;
use std::fmt::Display;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Anything that an exported function may fail with.
pub trait HandlerError: Display {}
impl<E: Display> HandlerError for E {}

/// Calls `function` with what the launcher passed, and hands its result over.
///
/// # Safety
/// `event` points to an event whose pointers are valid for their lengths, `reply` to memory that may be
/// written; both until this function returns.
pub unsafe fn answer<E: HandlerError>(
    event: *const RawEvent,
    reply: *mut RawReply,
    function: fn(&[u8], &Context<'_>) -> Result<Vec<u8>, E>,
) -> i32 {
    // SAFETY: the caller vouches for both pointers.
    let (event, reply) = unsafe { (&*event, &mut *reply) };
    // SAFETY: the caller vouches for pointer and length.
    let payload = unsafe { bytes(event.payload, event.payload_length) };
    // SAFETY: the caller vouches for pointer and length.
    let request_id = unsafe { bytes(event.request_id, event.request_id_length) };
    let context = Context { request_id: std::str::from_utf8(request_id).unwrap_or(""), deadline_ns: event.deadline_ns };
    let call = || function(payload, &context).map_err(|error| error.to_string());
    let (status, data) = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(result)) => (STATUS_RESULT, result),
        Ok(Err(error)) => (STATUS_ERROR, error.into_bytes()),
        Err(panic) => (STATUS_PANIC, describe(&*panic).into_bytes()),
    };
    // The library's own standard output; a failed flush is the function's loss, not the invocation's.
    let _ = std::io::stdout().flush();
    hand_over(data, reply);
    status
}

/// Calls a hook; 0 where it succeeded. What it failed with goes to standard error.
pub fn run_hook<E: HandlerError>(hook: fn() -> Result<(), E>) -> i32 {
    #[expect(clippy::print_stderr, reason = "the interface has no other way to say what a hook failed with")]
    match catch_unwind(hook) {
        Ok(Ok(())) => STATUS_RESULT,
        Ok(Err(error)) => {
            eprintln!("{error}");
            STATUS_ERROR
        }
        Err(_) => STATUS_PANIC,
    }
}

/// # Safety
/// `data` is valid for `length` bytes, or `length` is 0.
unsafe fn bytes<'a>(data: *const u8, length: usize) -> &'a [u8] {
    if length == 0 || data.is_null() {
        return &[];
    }
    // SAFETY: this function's contract.
    unsafe { std::slice::from_raw_parts(data, length) }
}

fn describe(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the handler panicked").to_owned()
}

fn hand_over(data: Vec<u8>, reply: &mut RawReply) {
    let mut data = std::mem::ManuallyDrop::new(data);
    *reply =
        RawReply { data: data.as_mut_ptr(), length: data.len(), capacity: data.capacity(), release: Some(release) };
}

unsafe extern "C" fn release(reply: *mut RawReply) {
    // SAFETY: the launcher calls this once, with the reply that `hand_over` filled from a vector's parts.
    drop(unsafe { Vec::from_raw_parts((*reply).data, (*reply).length, (*reply).capacity) });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(payload: &[u8], function: fn(&[u8], &Context<'_>) -> Result<Vec<u8>, String>) -> (i32, Vec<u8>) {
        let event = RawEvent {
            payload: payload.as_ptr(),
            payload_length: payload.len(),
            request_id: std::ptr::null(),
            request_id_length: 0,
            deadline_ns: 0,
        };
        let mut reply = RawReply { data: std::ptr::null_mut(), length: 0, capacity: 0, release: None };
        // SAFETY: both outlive the call.
        let status = unsafe { answer(&raw const event, &raw mut reply, function) };
        // SAFETY: the reply was just filled.
        let data = unsafe { bytes(reply.data, reply.length) }.to_vec();
        // SAFETY: once, with the reply that was filled.
        unsafe { reply.release.unwrap()(&raw mut reply) };
        (status, data)
    }

    #[test]
    fn results_errors_and_panics_are_told_apart() {
        assert_eq!(call(b"1", |event, _| Ok(event.to_vec())), (STATUS_RESULT, b"1".to_vec()));
        assert_eq!(call(b"", |_, _| Err("no".into())), (STATUS_ERROR, b"no".to_vec()));
        assert_eq!(call(b"", |_, _| panic!("oh {}", 1)), (STATUS_PANIC, b"oh 1".to_vec()));
    }
}
