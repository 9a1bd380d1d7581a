//! The bodies of messages.

use super::frame::{INVOKE_PREFIX, MAX_CONTEXT};
use super::kind::Kind;
use super::session::Role;
use crate::error::{Code, Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `hello`: what a worker is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol versions that the worker speaks.
    pub versions: Vec<u32>,
    /// `python`, `nodejs` or `native`.
    pub runtime: String,
    /// The interpreter's own version; of the launcher for native workers.
    pub runtime_version: String,
    /// The launcher's version.
    pub launcher: String,
    /// The worker's process.
    pub pid: u32,
    /// `CLOCK_MONOTONIC` at the launcher's first line, in nanoseconds.
    pub entered_ns: u64,
}

/// `welcome`: what the host wants of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The version that both will speak.
    pub version: u32,
    /// What the worker is for.
    pub role: Role,
    /// The payload limit in bytes.
    pub max_payload: u32,
    /// What to import before anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preload: Option<Preload>,
    /// Whether a worker takes note of where user code opens what a snapshot cannot hold; zygotes do in any case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub places: bool,
}

/// The preload set of a `welcome` or a `fork`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preload {
    /// Module names, in the order of import; for native workers, paths of shared libraries.
    pub modules: Vec<String>,
    /// Where a function's own modules are looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where else modules are looked up, for the time of importing them; of zygotes that are to tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Whether a zygote says what it has loaded, as those of a tree do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tell: bool,
}

/// `specialize`: the function a stem is to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specialize {
    /// The function's name.
    pub function: String,
    /// The package directory, absolute.
    pub path: String,
    /// `module.attribute`.
    pub entry: String,
    /// Every environment variable; absent leaves the environment as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<BTreeMap<String, String>>,
    /// What the worker may use.
    #[serde(default)]
    pub limits: WorkerLimits,
    /// The function's init image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageOrder>,
    /// Whether an `invoke` follows the answer at once: the worker may do nothing but wait for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invoke_follows: bool,
}

/// The init image of a `specialize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageOrder {
    /// The file, absolute.
    pub path: String,
    /// What tells the content that the host has checked from others: device, inode, bytes, times of modification and
    /// of change in nanoseconds, joined by colons. A worker that finds another checks by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

/// Limits that a worker is told of; the host enforces them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerLimits {
    /// Bytes of memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

/// `ready`: a step is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// `stem`, `zygote` or `instance`.
    pub state: String,
    /// How long each phase took.
    #[serde(default)]
    pub timings_us: Phases,
    /// Whether an init image serves the instance.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub image: bool,
    /// Modules of the preload set that could not be imported.
    #[serde(default)]
    pub preload_failed: Vec<Failure>,
    /// Hooks that raised.
    #[serde(default)]
    pub hooks_failed: Vec<Failure>,
    /// What the reader should know, one sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// What a zygote that was to tell has loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded: Option<Loaded>,
    /// Before a snapshot, what is open of which the place is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<Opened>,
    /// Before a snapshot of a worker that speaks another protocol: how whoever speaks for it goes on after a restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
}

/// How a restored worker that speaks another protocol is spoken for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// Its sockets that lead to the host, which are connected again after a restore; their numbers in the worker.
    pub sockets: Vec<u32>,
    /// What was said so far, as far as it matters; in words of the protocol.
    pub words: String,
}

/// A socket or a locked file of a worker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its number in the worker.
    pub descriptor: u32,
    /// The line of user code that opened or locked it, `app.py:12`; below the package where it is there.
    pub place: String,
}

/// What a zygote of a tree has loaded, beyond what every worker has, and what that depended on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The interpreter's own search path.
    pub path: Vec<String>,
    /// The modules that stand in no package.
    pub modules: Vec<LoadedModule>,
    /// The environment variables that were read meanwhile; `*` stands for all of them.
    pub environment: Vec<String>,
}

/// A module that stands in no package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedModule {
    /// Its name.
    pub name: String,
    /// Its directories where it is a package, else its file; none where it has none.
    pub places: Vec<String>,
}

/// Microseconds by phase, as a worker measured them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// From the launcher's first line to `hello`.
    #[serde(default)]
    pub launcher: u64,
    /// Importing the preload set.
    #[serde(default)]
    pub preload: u64,
    /// Importing the function.
    #[serde(default)]
    pub import: u64,
    /// Running hooks.
    #[serde(default)]
    pub hooks: u64,
}

/// `failure`, and an entry of `preload_failed` and `hooks_failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable code.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The class of the exception.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// What the exception calls itself, where that is not its class: `name` of a JavaScript error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The frames of user code, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<String>,
    /// The module of a preload set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The hook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
}

/// `fork`: what the child is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// Whether it will wait for its function, and may use the time to prepare.
    #[serde(default)]
    pub spare: bool,
    /// Whether it is a zygote itself.
    #[serde(default, skip_serializing_if = "Role::is_worker")]
    pub role: Role,
    /// What such a one imports besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preload: Option<Preload>,
}

/// `forked`: the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forked {
    /// The child's process.
    pub pid: u32,
}

/// `refused`: why there is no child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// A stable code.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The threads that stand in the way.
    #[serde(default)]
    pub culprits: Vec<Culprit>,
}

/// A thread that keeps a zygote from forking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Culprit {
    /// The module of the preload set whose import started it.
    #[serde(default)]
    pub module: String,
    /// The thread's name.
    #[serde(default)]
    pub thread: String,
    /// The line of user code that started it, `app.py:12`, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// `log`: the launcher's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// `debug`, `info`, `warning` or `error`.
    pub level: String,
    /// What it says.
    pub message: String,
    /// The hook that starts now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
}

/// `exited`: how a zygote's child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exited {
    /// The child's process.
    pub pid: u32,
    /// Its exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// The signal that killed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
}

/// `after_thaw` and `after_restore`: what the time is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// Nanoseconds since 1970.
    pub wall_clock_ns: u64,
    /// Larger at every restore; 0 in a process that was never restored.
    pub epoch: u64,
}

/// `before_snapshot`: what follows the hooks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeSnapshot {
    /// Has the worker stop itself, with these files in place of what leads to the host; absent, it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub park: Option<Park>,
}

/// Files that take the place of a worker's descriptors while it is dumped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Park {
    /// For the connection.
    pub socket: String,
    /// For standard output.
    pub stdout: String,
    /// For standard error.
    pub stderr: String,
}

/// `shutdown`: how long the worker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shutdown {
    /// Microseconds until the host kills the worker.
    pub grace_us: u64,
}

/// A body with nothing in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// `invoke`: an event and what belongs to it.
///
/// ```text
///  offset  size  field
///       0     8  budget    microseconds until the deadline; 0: none
///       8     4  context   bytes of context
///      12     4  reserved  0
///      16     …  context, payload
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invocation<'a> {
    /// Microseconds until the deadline, from receipt; 0: none.
    pub budget_us: u64,
    /// A JSON object, or nothing.
    pub context: &'a [u8],
    /// The event: JSON text.
    pub payload: &'a [u8],
}

impl<'a> Invocation<'a> {
    /// The 16 bytes before context and payload.
    ///
    /// Fails with `payload.too_large` where the context is over 64 KiB.
    pub fn prefix(&self) -> Result<[u8; INVOKE_PREFIX as usize]> {
        let length = u32::try_from(self.context.len())
            .ok()
            .filter(|length| *length <= MAX_CONTEXT)
            .ok_or_else(|| Error::new(Code::PayloadTooLarge, "encode an invocation", "the context is over 64 KiB"))?;
        let mut prefix = [0; INVOKE_PREFIX as usize];
        prefix[..8].copy_from_slice(&self.budget_us.to_le_bytes());
        prefix[8..12].copy_from_slice(&length.to_le_bytes());
        Ok(prefix)
    }

    /// Reads the body of an `invoke`; fails with `protocol.bad_body`.
    pub fn decode(body: &'a [u8]) -> Result<Self> {
        let refuse = |message: &str| Error::new(Code::BadBody, "decode invoke", message);
        let (prefix, rest) =
            body.split_first_chunk::<{ INVOKE_PREFIX as usize }>().ok_or_else(|| refuse("the prefix is cut short"))?;
        let [b0, b1, b2, b3, b4, b5, b6, b7, c0, c1, c2, c3, reserved @ ..] = *prefix;
        let length = u32::from_le_bytes([c0, c1, c2, c3]);
        if reserved != [0; 4] {
            return Err(refuse("reserved bytes are not 0"));
        }
        if length > MAX_CONTEXT || length as usize > rest.len() {
            return Err(refuse("the context is longer than the body or its limit"));
        }
        let (context, payload) = rest.split_at(length as usize);
        Ok(Self { budget_us: u64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7]), context, payload })
    }
}

/// The JSON text of a control message.
///
/// The types above hold nothing that JSON has no form for; of a value that does, the text is empty.
pub fn encode<T: Serialize>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

/// Reads a control message; fails with `protocol.bad_body`. Fields that are null count as absent.
pub fn decode<T: DeserializeOwned>(kind: Kind, body: &[u8]) -> Result<T> {
    let refuse = |error: serde_json::Error| {
        Error::new(Code::BadBody, format!("decode {kind}"), error.to_string()).caused_by(error)
    };
    let mut fields: serde_json::Map<_, _> = serde_json::from_slice(body).map_err(refuse)?;
    fields.retain(|_, value| !value.is_null());
    serde_json::from_value(fields.into()).map_err(refuse)
}

/// Checks that a body has its kind's form, whatever it says.
pub fn check(kind: Kind, body: &[u8]) -> Result<()> {
    match kind {
        Kind::Hello => decode::<Hello>(kind, body).map(drop),
        Kind::Welcome => decode::<Welcome>(kind, body).map(drop),
        Kind::Specialize => decode::<Specialize>(kind, body).map(drop),
        Kind::Ready => decode::<Ready>(kind, body).map(drop),
        Kind::Failure => decode::<Failure>(kind, body).map(drop),
        Kind::Fork => decode::<Fork>(kind, body).map(drop),
        Kind::Forked => decode::<Forked>(kind, body).map(drop),
        Kind::Refused => decode::<Refused>(kind, body).map(drop),
        Kind::Log => decode::<Log>(kind, body).map(drop),
        Kind::Exited => decode::<Exited>(kind, body).map(drop),
        Kind::AfterThaw | Kind::AfterRestore => decode::<Wake>(kind, body).map(drop),
        Kind::Shutdown => decode::<Shutdown>(kind, body).map(drop),
        Kind::BeforeSnapshot => decode::<BeforeSnapshot>(kind, body).map(drop),
        Kind::Prewarm | Kind::BeforeFreeze => decode::<Empty>(kind, body).map(drop),
        Kind::Invoke => Invocation::decode(body).map(drop),
        Kind::Result | Kind::Piece => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn null_counts_as_absent_and_unknown_fields_are_ignored() {
        let body = br#"{"state":"stem","timings_us":null,"news":1}"#;
        assert_eq!(decode::<Ready>(Kind::Ready, body).unwrap().state, "stem");
    }

    #[test]
    fn a_body_that_is_not_an_object_is_refused() {
        for body in [&b"[]"[..], b"{", b"", b"null", b"\xff"] {
            assert_eq!(decode::<Empty>(Kind::Prewarm, body).unwrap_err().code(), Code::BadBody);
        }
    }

    proptest! {
        #[test]
        fn an_invocation_comes_back(
            budget_us in any::<u64>(),
            context in proptest::collection::vec(any::<u8>(), 0..100),
            payload in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            let invocation = Invocation { budget_us, context: &context, payload: &payload };
            let mut body = invocation.prefix().unwrap().to_vec();
            body.extend_from_slice(&context);
            body.extend_from_slice(&payload);
            prop_assert_eq!(Invocation::decode(&body).unwrap(), invocation);
        }

        #[test]
        fn garbage_bodies_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200), kind in proptest::sample::select(Kind::ALL)) {
            let _ = check(kind, &body);
        }
    }
}
