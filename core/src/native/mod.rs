//! The C interface of native functions, and the macro that gives a Rust function that interface.
//!
//! A native function is a shared library. Its entry `libhello.handler` names the file `libhello.so` in the
//! package and the symbol `handler` in it. The native launcher loads the library once, looks the symbols up
//! once, and calls the handler for each event. `runtimes/native/headstart.h` is this page for C.
//!
//! ```
//! use headstart::native::Context;
//!
//! fn greet(event: &[u8], _context: &Context<'_>) -> Result<Vec<u8>, String> {
//!     let event = std::str::from_utf8(event).map_err(|error| error.to_string())?;
//!     Ok(format!(r#"{{"you_said": {event}}}"#).into_bytes())
//! }
//! headstart::export_handler!(handler = greet);
//! # fn main() {}
//! ```
//!
//! # Rules of the interface
//! * A library that defines `uint32_t headstart_abi_version(void)` answers [`ABI_VERSION`]; the launcher
//!   refuses one that answers anything else.
//! * A handler is `int32_t handler(const headstart_event *, headstart_reply *)`: 0 with the result as JSON
//!   text in the reply, anything else with a message in it.
//! * The launcher calls `release` of the reply once it has copied the bytes.
//! * No exception and no panic may leave the handler; the macro turns a panic into an error.
//! * A hook is `int32_t headstart_hook_NAME(void)` where NAME is `prewarm`, `before_freeze`, `after_thaw`,
//!   `before_snapshot`, `after_restore` or `shutdown`; every one is optional; not 0 means that it failed.

mod export;

pub use export::{HandlerError, answer, run_hook};

/// The version of the C interface.
pub const ABI_VERSION: u32 = 1;

/// A handler's return value for a result.
pub const STATUS_RESULT: i32 = 0;
/// A handler's return value for an error that it reports.
pub const STATUS_ERROR: i32 = 1;
/// A handler's return value for a panic.
pub const STATUS_PANIC: i32 = 2;

/// What a handler is given. Every pointer is valid during the call only.
#[derive(Debug)]
#[repr(C)]
pub struct RawEvent {
    /// The event: JSON text, not ended by a zero byte.
    pub payload: *const u8,
    /// Bytes of it.
    pub payload_length: usize,
    /// The request's identity: UTF-8, not ended by a zero byte.
    pub request_id: *const u8,
    /// Bytes of it.
    pub request_id_length: usize,
    /// The deadline by `CLOCK_MONOTONIC` in nanoseconds; 0: none.
    pub deadline_ns: u64,
}

/// What a handler gives back; zeroed before the call.
#[derive(Debug)]
#[repr(C)]
pub struct RawReply {
    /// The result or the message; may be null where `length` is 0.
    pub data: *mut u8,
    /// Bytes of it.
    pub length: usize,
    /// For `release`'s use.
    pub capacity: usize,
    /// Frees `data`; may be null where nothing is to be freed.
    pub release: Option<unsafe extern "C" fn(*mut RawReply)>,
}

/// The symbol behind an entry.
pub type RawHandler = unsafe extern "C" fn(*const RawEvent, *mut RawReply) -> i32;
/// The symbol behind a hook.
pub type RawHook = unsafe extern "C" fn() -> i32;
/// The symbol `headstart_abi_version`.
pub type RawVersion = unsafe extern "C" fn() -> u32;

/// What a handler may know of the invocation beside the event.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    request_id: &'a str,
    deadline_ns: u64,
}

impl<'a> Context<'a> {
    /// The request's identity.
    pub fn request_id(&self) -> &'a str {
        self.request_id
    }

    /// The time left until the deadline; `None` where there is no deadline.
    pub fn remaining(&self) -> Option<std::time::Duration> {
        (self.deadline_ns > 0).then(|| {
            std::time::Duration::from_nanos(self.deadline_ns.saturating_sub(crate::sys::clock::monotonic_ns()))
        })
    }
}

/// Exports a Rust function as the handler of a native function, under the symbol that the entry names.
///
/// The function is `fn(&[u8], &Context) -> Result<Vec<u8>, E>` with any `E: Display`; the bytes are JSON text.
/// Hooks, `fn() -> Result<(), E>`, may follow.
///
/// ```
/// # use headstart::native::Context;
/// # fn greet(_: &[u8], _: &Context<'_>) -> Result<Vec<u8>, String> { Ok(b"null".to_vec()) }
/// # fn connect() -> Result<(), String> { Ok(()) }
/// headstart::export_handler!(handler = greet, prewarm = connect);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_handler {
    ($symbol:ident = $function:path $(, $hook:ident = $hook_function:path)* $(,)?) => {
        const _: () = {
            #[unsafe(no_mangle)]
            extern "C" fn headstart_abi_version() -> u32 {
                $crate::native::ABI_VERSION
            }

            #[unsafe(export_name = stringify!($symbol))]
            unsafe extern "C" fn exported(
                event: *const $crate::native::RawEvent,
                reply: *mut $crate::native::RawReply,
            ) -> i32 {
                // SAFETY: the launcher passes pointers to an event and a zeroed reply that live until the
                // call returns.
                unsafe { $crate::native::answer(event, reply, $function) }
            }

            $(
                const _: () = {
                    #[unsafe(export_name = concat!("headstart_hook_", stringify!($hook)))]
                    extern "C" fn exported() -> i32 {
                        $crate::native::run_hook($hook_function)
                    }
                };
            )*
        };
    };
}
