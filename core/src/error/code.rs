//! The stable codes: one table, from which the reference page and the bindings' classes are generated.

use std::fmt;

/// The part of Headstart that an error concerns: the text before the dot of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Area {
    /// The function: its files, its entry, what it raised.
    Function,
    /// A package as it lies on disk or in an archive.
    Package,
    /// The bytes that went in or came out.
    Payload,
    /// The process that runs the function.
    Worker,
    /// The interpreter or launcher.
    Runtime,
    /// The conversation between host and worker.
    Protocol,
    /// Forking.
    Zygote,
    /// Snapshots of running workers.
    Snapshot,
    /// The preload set.
    Preload,
    /// User code that runs at prewarm, freeze, snapshot and shutdown.
    Hook,
    /// The host: its limits, its directory, its end.
    Host,
    /// Configuration files and options.
    Config,
    /// The kernel and the machine.
    System,
}

macro_rules! codes {
    ($( $name:ident = $text:literal, $area:ident, $retry:literal, $meaning:literal, $advice:expr; )*) => {
        /// A stable error code, the same in every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $( #[doc = concat!("`", $text, "`: ", $meaning)] $name, )*
        }

        impl Code {
            /// Every code, in the order of the reference page.
            pub const ALL: &'static [Code] = &[$( Code::$name, )*];

            /// The code as text, `function.import_failed`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Code::$name => $text, )* }
            }

            /// The part of Headstart it concerns.
            pub const fn area(self) -> Area {
                match self { $( Code::$name => Area::$area, )* }
            }

            /// Whether the same call may succeed if it is made again.
            pub const fn is_retryable(self) -> bool {
                match self { $( Code::$name => $retry, )* }
            }

            /// What it means, one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $( Code::$name => $meaning, )* }
            }

            /// What to do about it in general, where there is something.
            pub const fn advice(self) -> Option<&'static str> {
                match self { $( Code::$name => $advice, )* }
            }
        }
    };
}

codes! {
    FunctionNotFound = "function.not_found", Function, false,
        "The package is not there, or is not a directory.", Some("check the path of the package");
    FunctionNotRegistered = "function.not_registered", Function, false,
        "The host does not know this function.", Some("register the function with this host first");
    EntryInvalid = "function.entry_invalid", Function, false,
        "The entry does not have the form `module.attribute`.",
        Some("write the entry as module.attribute, for example app.handler");
    EntryNotFound = "function.entry_not_found", Function, false,
        "The package has no file for the module that the entry names.",
        Some("check the entry against the files of the package");
    HandlerNotFound = "function.handler_not_found", Function, false,
        "The entry's module has no such attribute or symbol.", None;
    HandlerNotCallable = "function.handler_not_callable", Function, false,
        "The entry names something that cannot be called.", None;
    SyntaxError = "function.syntax_error", Function, false,
        "The entry's module, or one that it imports, does not parse.", None;
    ImportFailed = "function.import_failed", Function, false,
        "Importing the entry's module raised an exception.", None;
    FunctionRaised = "function.raised", Function, false,
        "The handler raised an exception or rejected its promise.", None;
    ResultNotJson = "function.result_not_json", Function, false,
        "The handler returned something that JSON has no form for.",
        Some("return only objects, arrays, text, finite numbers, booleans and null");
    OutOfMemory = "function.out_of_memory", Function, false,
        "The function asked for more memory than its limit.", Some("raise the memory limit of the function");
    TimedOut = "function.timed_out", Function, false,
        "The deadline passed before the function answered; its worker was ended.",
        Some("raise the timeout, or find out what the function waits for");

    PackageTooLarge = "package.too_large", Package, false,
        "The package, or what its archive unpacks to, is over a limit.",
        Some("check that the path is the function's own package");
    ArchiveInvalid = "package.archive_invalid", Package, false,
        "An archive is damaged, encrypted, or holds names or links that lead out of it.",
        Some("make the archive again");
    ObjectInvalid = "package.object_invalid", Package, false,
        "A shared object is damaged, or is none.", Some("build or install the package again");
    CargoFailed = "package.cargo_failed", Package, false,
        "Cargo could not read the project without a network and without changing its lock file.",
        Some("check that `cargo build --release` succeeds, which also writes the lock file");
    NotBuilt = "package.not_built", Package, false,
        "The Cargo project has not been built, so that there is nothing to look into.",
        Some("run `cargo build --release`");
    ColdArchiveInvalid = "package.cold_archive_invalid", Package, false,
        "A cold archive is damaged, or of a version that this build does not read.",
        Some("slim the package again");
    OutputExists = "package.output_exists", Package, false,
        "The output is there already and is not empty.", Some("name another output, or pass --force");
    OutputInside = "package.output_inside", Package, false,
        "The output would lie inside the package that is read.", Some("name an output outside the package");

    PayloadInvalidJson = "payload.invalid_json", Payload, false,
        "The event is not JSON.", None;
    PayloadTooLarge = "payload.too_large", Payload, false,
        "The event or the result is over the payload limit.",
        Some("pass large data by reference, or raise the host's payload limit");

    WorkerExited = "worker.exited", Worker, false,
        "The worker's process ended while it was needed; exit code or signal are given.", None;
    WorkerSpawnFailed = "worker.spawn_failed", Worker, true,
        "The worker's process could not be started.", None;
    WorkerStartTimedOut = "worker.start_timed_out", Worker, true,
        "The launcher said nothing within the start timeout.",
        Some("check that the interpreter runs on this machine: `headstart doctor`");
    WorkerInitTimedOut = "worker.init_timed_out", Worker, false,
        "Importing the function took longer than the init timeout; its worker was ended.",
        Some("move slow work out of the import, or raise the init timeout");
    WorkerFreezeFailed = "worker.freeze_failed", Worker, true,
        "The worker's processes could not be stopped within two seconds; it was ended.", None;
    WorkerThawFailed = "worker.thaw_failed", Worker, true,
        "A frozen worker could not go on; it was ended, and the next tier serves.", None;

    RuntimeUnknown = "runtime.unknown", Runtime, false,
        "The runtime's name is none of pythonX.Y, nodejsX and native.", None;
    RuntimeNotFound = "runtime.not_found", Runtime, false,
        "No interpreter of this runtime was found.", Some("install it, or name its path as the interpreter");
    RuntimeTooOld = "runtime.too_old", Runtime, false,
        "The interpreter is older than Headstart supports.", Some("use Python 3.9 or Node 20, or newer");
    RuntimeApiFailed = "runtime.api_failed", Runtime, true,
        "The Lambda Runtime API could not be reached, or answered something else than it documents.", None;

    BadMagic = "protocol.bad_magic", Protocol, false, "A frame does not begin with the magic.", None;
    UnknownKind = "protocol.unknown_kind", Protocol, false, "A frame's kind is not in the tables.", None;
    BadFlags = "protocol.bad_flags", Protocol, false, "A frame's flags are not those of the version.", None;
    FrameTooLarge = "protocol.frame_too_large", Protocol, false,
        "A frame announces a body over its kind's limit.", None;
    Truncated = "protocol.truncated", Protocol, false, "The connection ended within a frame.", None;
    BadBody = "protocol.bad_body", Protocol, false, "A frame's body does not have its kind's form.", None;
    UnexpectedMessage = "protocol.unexpected_message", Protocol, false,
        "A message came in a state, a direction or with a request number where it is not legal.", None;
    VersionUnsupported = "protocol.version_unsupported", Protocol, false,
        "Host and worker speak no common version.", Some("update the older of host and launcher");

    ZygoteThreadAlive = "zygote.thread_alive", Zygote, false,
        "A thread lives in the zygote, so that a fork could hang; the module that started it is named.",
        Some("take the named module out of the preload set");
    ZygoteForkFailed = "zygote.fork_failed", Zygote, true, "The kernel refused the fork.", None;
    ZygoteNotSupported = "zygote.not_supported", Zygote, false,
        "This runtime cannot fork.", Some("use a stem for Node");

    SnapshotUnsupported = "snapshot.unsupported", Snapshot, false,
        "This machine cannot take or restore snapshots: CRIU is missing, too old, or lacks privileges.",
        Some("see `headstart doctor`");
    SnapshotRefused = "snapshot.refused", Snapshot, false,
        "The instance has something open that a snapshot cannot hold; it is named.",
        Some("close it in a before_snapshot hook and open it again in an after_restore hook");
    SnapshotDumpFailed = "snapshot.dump_failed", Snapshot, true,
        "The snapshot could not be written; nothing of it is left.", None;
    SnapshotRestoreFailed = "snapshot.restore_failed", Snapshot, true,
        "An instance could not be restored; the next tier serves.", None;
    SnapshotInvalid = "snapshot.invalid", Snapshot, false,
        "A snapshot is damaged, is another user's, or was taken of something else than there is now.",
        Some("take it again: Prewarm::snapshot() does");

    PreloadSetInvalid = "preload.set_invalid", Preload, false,
        "The preload set is missing or has a line that names no module.",
        Some("write one module name a line; # begins a comment");
    PreloadModuleFailed = "preload.module_failed", Preload, false,
        "A module of the preload set could not be imported; the rest went on.", None;
    ImageInvalid = "preload.image_invalid", Preload, false,
        "An init image is damaged, or of a version that this build does not read.", Some("bake the image again");
    BakeFailed = "preload.bake_failed", Preload, false,
        "The init image could not be made, or what it gives is not what the function gave without it.", None;

    HookFailed = "hook.failed", Hook, false, "A hook raised an exception; the others still ran.", None;
    HookTimedOut = "hook.timed_out", Hook, false,
        "A hook did not return within the hook timeout; its worker was ended.", None;

    HostStopped = "host.stopped", Host, true, "The host was stopped.", None;
    HostOverloaded = "host.overloaded", Host, true,
        "No worker became free before the deadline.", Some("raise the worker limits, or try again later");
    StateDirUnusable = "host.state_dir_unusable", Host, false,
        "The state directory cannot be used: not writable, or others may write to it.",
        Some("name a directory that belongs to this user");

    ConfigInvalid = "config.invalid", Config, false, "A configuration file or option has a wrong value.", None;
    ConfigMissing = "config.missing", Config, false,
        "Something that has no default was not given.", None;

    SystemUnsupported = "system.unsupported", System, false,
        "This machine lacks what the operation needs.", Some("see `headstart doctor`");
    SystemIo = "system.io", System, true, "The operating system reported an error.", None;
}

impl Code {
    /// The code whose text is `text`, if there is one.
    ///
    /// ```
    /// assert_eq!(headstart::Code::parse("function.raised"), Some(headstart::Code::FunctionRaised));
    /// assert_eq!(headstart::Code::parse("function.unheard_of"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_begin_with_their_area() {
        let texts: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            let area = format!("{:?}.", code.area()).to_lowercase();
            assert!(code.as_str().starts_with(&area), "{code}");
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }
}
