//! Handler libraries: loading them, and calling what is in them.

use headstart::bootstrap::Invocation;
use headstart::error::{Code, Error, Result};
use headstart::native::{ABI_VERSION, RawEvent, RawHandler, RawHook, RawReply, RawVersion, STATUS_RESULT};
use headstart::package::Entry;
use headstart::sys::clock;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::path::{Path, PathBuf};

/// A loaded function. Its symbols are looked up once; the library stays loaded as long as the process lives.
#[derive(Debug)]
pub(crate) struct Handler {
    function: RawHandler,
    hooks: Vec<(&'static str, RawHook)>,
}

/// The hooks that a library may define.
const HOOKS: [&str; 6] = ["prewarm", "before_freeze", "after_thaw", "before_snapshot", "after_restore", "shutdown"];

impl Handler {
    /// Loads the library that the entry names and finds its symbols.
    pub(crate) fn load(package: &str, entry: &Entry) -> Result<Self> {
        let path = find(Path::new(package), entry)?;
        let library = open(&path)?;
        check_version(&library, &path)?;
        let function = symbol::<RawHandler>(&library, entry.attribute()).ok_or_else(|| {
            Error::new(
                Code::HandlerNotFound,
                "load the function",
                format!("no symbol {:?} in {}", entry.attribute(), path.display()),
            )
        })?;
        let hook = |name| Some((name, symbol::<RawHook>(&library, &format!("headstart_hook_{name}"))?));
        let hooks = HOOKS.into_iter().filter_map(hook).collect();
        // The symbols are used until the process ends, and so must be what they point into.
        std::mem::forget(library);
        Ok(Self { function, hooks })
    }

    /// The hook of this name, if the library has it.
    pub(crate) fn hook(&self, name: &str) -> Option<RawHook> {
        self.hooks.iter().find(|(hook, _)| *hook == name).map(|(_, function)| *function)
    }

    /// Hands the handler one event and takes its result.
    pub(crate) fn call(&self, invocation: &Invocation<'_>, request: u64) -> Result<Vec<u8>> {
        check_json(Code::PayloadInvalidJson, "read the event", invocation.payload)?;
        let request_id = request_id(invocation.context).unwrap_or_else(|| request.to_string());
        let event = RawEvent {
            payload: invocation.payload.as_ptr(),
            payload_length: invocation.payload.len(),
            request_id: request_id.as_ptr(),
            request_id_length: request_id.len(),
            deadline_ns: deadline_ns(invocation.budget_us),
        };
        let mut reply = RawReply { data: std::ptr::null_mut(), length: 0, capacity: 0, release: None };
        // SAFETY: the symbol has this type by the interface's rules; both pointers outlive the call.
        let status = unsafe { (self.function)(&raw const event, &raw mut reply) };
        let data = take(&mut reply);
        if status == STATUS_RESULT {
            check_json(Code::ResultNotJson, "read the result", &data)?;
            return Ok(data);
        }
        Err(Error::new(Code::FunctionRaised, "call the handler", String::from_utf8_lossy(&data)))
    }
}

fn find(package: &Path, entry: &Entry) -> Result<PathBuf> {
    let path = package.join(entry.module());
    let (directory, name) = (path.parent().unwrap_or(package), path.file_name().unwrap_or_default().to_string_lossy());
    let candidates = [directory.join(format!("{name}.so")), directory.join(format!("lib{name}.so"))];
    candidates.into_iter().find(|path| path.exists()).ok_or_else(|| {
        Error::new(Code::EntryNotFound, "load the function", format!("no {name}.so in {}", directory.display()))
    })
}

/// Loads a shared library and everything that it needs.
pub(crate) fn open(path: &Path) -> Result<Library> {
    // SAFETY: what the library's initializers do is the function's own; it was asked to be run.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
        .map_err(|error| Error::new(Code::ImportFailed, "load the function", error.to_string()).caused_by(error))
}

fn check_version(library: &Library, path: &Path) -> Result<()> {
    let refuse = |why: String| Err(Error::new(Code::ImportFailed, "load the function", why));
    match symbol::<RawVersion>(library, "headstart_abi_version") {
        None => refuse(format!("{} does not define headstart_abi_version", path.display())),
        // SAFETY: the symbol has this type by the interface's rules.
        Some(version) => match unsafe { version() } {
            ABI_VERSION => Ok(()),
            other => refuse(format!("{} has version {other} of the C interface, not {ABI_VERSION}", path.display())),
        },
    }
}

fn symbol<T: Copy>(library: &Library, name: &str) -> Option<T> {
    // SAFETY: only asked for with the types that the interface's rules give the names.
    unsafe { library.get::<T>(name) }.ok().map(|symbol| *symbol)
}

fn take(reply: &mut RawReply) -> Vec<u8> {
    let data = if reply.data.is_null() || reply.length == 0 {
        Vec::new()
    } else {
        // SAFETY: the handler filled the reply with a pointer valid for that length.
        unsafe { std::slice::from_raw_parts(reply.data, reply.length) }.to_vec()
    };
    if let Some(release) = reply.release {
        // SAFETY: once, with the reply that the handler filled.
        unsafe { release(reply) };
    }
    data
}

fn deadline_ns(budget_us: u64) -> u64 {
    if budget_us == 0 { 0 } else { clock::monotonic_ns().saturating_add(budget_us.saturating_mul(1_000)) }
}

fn request_id(context: &[u8]) -> Option<String> {
    let context: serde_json::Value = serde_json::from_slice(context).ok()?;
    Some(context.get("request_id")?.as_str()?.to_owned())
}

fn check_json(code: Code, operation: &str, bytes: &[u8]) -> Result<()> {
    serde_json::from_slice::<&serde_json::value::RawValue>(bytes)
        .map(drop)
        .map_err(|error| Error::new(code, operation, error.to_string()).caused_by(error))
}
