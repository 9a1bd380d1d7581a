"""An exception class for every error code.

Written by `cargo xtask generate` from core/src/error/code.rs.
"""

from ._error import Error, from_native


class FunctionError(Error):
    """Codes that begin with `function.`."""


class PackageError(Error):
    """Codes that begin with `package.`."""


class PayloadError(Error):
    """Codes that begin with `payload.`."""


class WorkerError(Error):
    """Codes that begin with `worker.`."""


class RuntimeError(Error):
    """Codes that begin with `runtime.`."""


class ProtocolError(Error):
    """Codes that begin with `protocol.`."""


class ZygoteError(Error):
    """Codes that begin with `zygote.`."""


class SnapshotError(Error):
    """Codes that begin with `snapshot.`."""


class PreloadError(Error):
    """Codes that begin with `preload.`."""


class HookError(Error):
    """Codes that begin with `hook.`."""


class HostError(Error):
    """Codes that begin with `host.`."""


class ConfigError(Error):
    """Codes that begin with `config.`."""


class SystemError(Error):
    """Codes that begin with `system.`."""


class FunctionNotFound(FunctionError):
    """The package is not there, or is not a directory."""

    code = "function.not_found"


class FunctionNotRegistered(FunctionError):
    """The host does not know this function."""

    code = "function.not_registered"


class FunctionEntryInvalid(FunctionError):
    """The entry does not have the form `module.attribute`."""

    code = "function.entry_invalid"


class FunctionEntryNotFound(FunctionError):
    """The package has no file for the module that the entry names."""

    code = "function.entry_not_found"


class FunctionHandlerNotFound(FunctionError):
    """The entry's module has no such attribute or symbol."""

    code = "function.handler_not_found"


class FunctionHandlerNotCallable(FunctionError):
    """The entry names something that cannot be called."""

    code = "function.handler_not_callable"


class FunctionSyntaxError(FunctionError):
    """The entry's module, or one that it imports, does not parse."""

    code = "function.syntax_error"


class FunctionImportFailed(FunctionError):
    """Importing the entry's module raised an exception."""

    code = "function.import_failed"


class FunctionRaised(FunctionError):
    """The handler raised an exception or rejected its promise."""

    code = "function.raised"


class FunctionResultNotJson(FunctionError):
    """The handler returned something that JSON has no form for."""

    code = "function.result_not_json"


class FunctionOutOfMemory(FunctionError):
    """The function asked for more memory than its limit."""

    code = "function.out_of_memory"


class FunctionTimedOut(FunctionError):
    """The deadline passed before the function answered; its worker was ended."""

    code = "function.timed_out"


class PackageTooLarge(PackageError):
    """The package, or what its archive unpacks to, is over a limit."""

    code = "package.too_large"


class PackageArchiveInvalid(PackageError):
    """An archive is damaged, encrypted, or holds names or links that lead out of it."""

    code = "package.archive_invalid"


class PackageObjectInvalid(PackageError):
    """A shared object is damaged, or is none."""

    code = "package.object_invalid"


class PackageCargoFailed(PackageError):
    """Cargo could not read the project without a network and without changing its lock file."""

    code = "package.cargo_failed"


class PackageNotBuilt(PackageError):
    """The Cargo project has not been built, so that there is nothing to look into."""

    code = "package.not_built"


class PackageColdArchiveInvalid(PackageError):
    """A cold archive is damaged, or of a version that this build does not read."""

    code = "package.cold_archive_invalid"


class PackageOutputExists(PackageError):
    """The output is there already and is not empty."""

    code = "package.output_exists"


class PackageOutputInside(PackageError):
    """The output would lie inside the package that is read."""

    code = "package.output_inside"


class PayloadInvalidJson(PayloadError):
    """The event is not JSON."""

    code = "payload.invalid_json"


class PayloadTooLarge(PayloadError):
    """The event or the result is over the payload limit."""

    code = "payload.too_large"


class WorkerExited(WorkerError):
    """The worker's process ended while it was needed; exit code or signal are given."""

    code = "worker.exited"


class WorkerSpawnFailed(WorkerError):
    """The worker's process could not be started."""

    code = "worker.spawn_failed"


class WorkerStartTimedOut(WorkerError):
    """The launcher said nothing within the start timeout."""

    code = "worker.start_timed_out"


class WorkerInitTimedOut(WorkerError):
    """Importing the function took longer than the init timeout; its worker was ended."""

    code = "worker.init_timed_out"


class WorkerFreezeFailed(WorkerError):
    """The worker's processes could not be stopped within two seconds; it was ended."""

    code = "worker.freeze_failed"


class WorkerThawFailed(WorkerError):
    """A frozen worker could not go on; it was ended, and the next tier serves."""

    code = "worker.thaw_failed"


class RuntimeUnknown(RuntimeError):
    """The runtime's name is none of pythonX.Y, nodejsX and native."""

    code = "runtime.unknown"


class RuntimeNotFound(RuntimeError):
    """No interpreter of this runtime was found."""

    code = "runtime.not_found"


class RuntimeTooOld(RuntimeError):
    """The interpreter is older than Headstart supports."""

    code = "runtime.too_old"


class RuntimeApiFailed(RuntimeError):
    """The Lambda Runtime API could not be reached, or answered something else than it documents."""

    code = "runtime.api_failed"


class ProtocolBadMagic(ProtocolError):
    """A frame does not begin with the magic."""

    code = "protocol.bad_magic"


class ProtocolUnknownKind(ProtocolError):
    """A frame's kind is not in the tables."""

    code = "protocol.unknown_kind"


class ProtocolBadFlags(ProtocolError):
    """A frame's flags are not those of the version."""

    code = "protocol.bad_flags"


class ProtocolFrameTooLarge(ProtocolError):
    """A frame announces a body over its kind's limit."""

    code = "protocol.frame_too_large"


class ProtocolTruncated(ProtocolError):
    """The connection ended within a frame."""

    code = "protocol.truncated"


class ProtocolBadBody(ProtocolError):
    """A frame's body does not have its kind's form."""

    code = "protocol.bad_body"


class ProtocolUnexpectedMessage(ProtocolError):
    """A message came in a state, a direction or with a request number where it is not legal."""

    code = "protocol.unexpected_message"


class ProtocolVersionUnsupported(ProtocolError):
    """Host and worker speak no common version."""

    code = "protocol.version_unsupported"


class ZygoteThreadAlive(ZygoteError):
    """A thread lives in the zygote, so that a fork could hang; the module that started it is named."""

    code = "zygote.thread_alive"


class ZygoteForkFailed(ZygoteError):
    """The kernel refused the fork."""

    code = "zygote.fork_failed"


class ZygoteNotSupported(ZygoteError):
    """This runtime cannot fork."""

    code = "zygote.not_supported"


class SnapshotUnsupported(SnapshotError):
    """This machine cannot take or restore snapshots: CRIU is missing, too old, or lacks privileges."""

    code = "snapshot.unsupported"


class SnapshotRefused(SnapshotError):
    """The instance has something open that a snapshot cannot hold; it is named."""

    code = "snapshot.refused"


class SnapshotDumpFailed(SnapshotError):
    """The snapshot could not be written; nothing of it is left."""

    code = "snapshot.dump_failed"


class SnapshotRestoreFailed(SnapshotError):
    """An instance could not be restored; the next tier serves."""

    code = "snapshot.restore_failed"


class SnapshotInvalid(SnapshotError):
    """A snapshot is damaged, is another user's, or was taken of something else than there is now."""

    code = "snapshot.invalid"


class PreloadSetInvalid(PreloadError):
    """The preload set is missing or has a line that names no module."""

    code = "preload.set_invalid"


class PreloadModuleFailed(PreloadError):
    """A module of the preload set could not be imported; the rest went on."""

    code = "preload.module_failed"


class PreloadImageInvalid(PreloadError):
    """An init image is damaged, or of a version that this build does not read."""

    code = "preload.image_invalid"


class PreloadBakeFailed(PreloadError):
    """The init image could not be made, or what it gives is not what the function gave without it."""

    code = "preload.bake_failed"


class HookFailed(HookError):
    """A hook raised an exception; the others still ran."""

    code = "hook.failed"


class HookTimedOut(HookError):
    """A hook did not return within the hook timeout; its worker was ended."""

    code = "hook.timed_out"


class HostStopped(HostError):
    """The host was stopped."""

    code = "host.stopped"


class HostOverloaded(HostError):
    """No worker became free before the deadline."""

    code = "host.overloaded"


class HostStateDirUnusable(HostError):
    """The state directory cannot be used: not writable, or others may write to it."""

    code = "host.state_dir_unusable"


class ConfigInvalid(ConfigError):
    """A configuration file or option has a wrong value."""

    code = "config.invalid"


class ConfigMissing(ConfigError):
    """Something that has no default was not given."""

    code = "config.missing"


class SystemUnsupported(SystemError):
    """This machine lacks what the operation needs."""

    code = "system.unsupported"


class SystemIo(SystemError):
    """The operating system reported an error."""

    code = "system.io"


BY_CODE = {
    "function.not_found": FunctionNotFound,
    "function.not_registered": FunctionNotRegistered,
    "function.entry_invalid": FunctionEntryInvalid,
    "function.entry_not_found": FunctionEntryNotFound,
    "function.handler_not_found": FunctionHandlerNotFound,
    "function.handler_not_callable": FunctionHandlerNotCallable,
    "function.syntax_error": FunctionSyntaxError,
    "function.import_failed": FunctionImportFailed,
    "function.raised": FunctionRaised,
    "function.result_not_json": FunctionResultNotJson,
    "function.out_of_memory": FunctionOutOfMemory,
    "function.timed_out": FunctionTimedOut,
    "package.too_large": PackageTooLarge,
    "package.archive_invalid": PackageArchiveInvalid,
    "package.object_invalid": PackageObjectInvalid,
    "package.cargo_failed": PackageCargoFailed,
    "package.not_built": PackageNotBuilt,
    "package.cold_archive_invalid": PackageColdArchiveInvalid,
    "package.output_exists": PackageOutputExists,
    "package.output_inside": PackageOutputInside,
    "payload.invalid_json": PayloadInvalidJson,
    "payload.too_large": PayloadTooLarge,
    "worker.exited": WorkerExited,
    "worker.spawn_failed": WorkerSpawnFailed,
    "worker.start_timed_out": WorkerStartTimedOut,
    "worker.init_timed_out": WorkerInitTimedOut,
    "worker.freeze_failed": WorkerFreezeFailed,
    "worker.thaw_failed": WorkerThawFailed,
    "runtime.unknown": RuntimeUnknown,
    "runtime.not_found": RuntimeNotFound,
    "runtime.too_old": RuntimeTooOld,
    "runtime.api_failed": RuntimeApiFailed,
    "protocol.bad_magic": ProtocolBadMagic,
    "protocol.unknown_kind": ProtocolUnknownKind,
    "protocol.bad_flags": ProtocolBadFlags,
    "protocol.frame_too_large": ProtocolFrameTooLarge,
    "protocol.truncated": ProtocolTruncated,
    "protocol.bad_body": ProtocolBadBody,
    "protocol.unexpected_message": ProtocolUnexpectedMessage,
    "protocol.version_unsupported": ProtocolVersionUnsupported,
    "zygote.thread_alive": ZygoteThreadAlive,
    "zygote.fork_failed": ZygoteForkFailed,
    "zygote.not_supported": ZygoteNotSupported,
    "snapshot.unsupported": SnapshotUnsupported,
    "snapshot.refused": SnapshotRefused,
    "snapshot.dump_failed": SnapshotDumpFailed,
    "snapshot.restore_failed": SnapshotRestoreFailed,
    "snapshot.invalid": SnapshotInvalid,
    "preload.set_invalid": PreloadSetInvalid,
    "preload.module_failed": PreloadModuleFailed,
    "preload.image_invalid": PreloadImageInvalid,
    "preload.bake_failed": PreloadBakeFailed,
    "hook.failed": HookFailed,
    "hook.timed_out": HookTimedOut,
    "host.stopped": HostStopped,
    "host.overloaded": HostOverloaded,
    "host.state_dir_unusable": HostStateDirUnusable,
    "config.invalid": ConfigInvalid,
    "config.missing": ConfigMissing,
    "system.unsupported": SystemUnsupported,
    "system.io": SystemIo,
}

__all__ = [
    "BY_CODE",
    "Error",
    "from_native",
    "FunctionError",
    "PackageError",
    "PayloadError",
    "WorkerError",
    "RuntimeError",
    "ProtocolError",
    "ZygoteError",
    "SnapshotError",
    "PreloadError",
    "HookError",
    "HostError",
    "ConfigError",
    "SystemError",
    "FunctionNotFound",
    "FunctionNotRegistered",
    "FunctionEntryInvalid",
    "FunctionEntryNotFound",
    "FunctionHandlerNotFound",
    "FunctionHandlerNotCallable",
    "FunctionSyntaxError",
    "FunctionImportFailed",
    "FunctionRaised",
    "FunctionResultNotJson",
    "FunctionOutOfMemory",
    "FunctionTimedOut",
    "PackageTooLarge",
    "PackageArchiveInvalid",
    "PackageObjectInvalid",
    "PackageCargoFailed",
    "PackageNotBuilt",
    "PackageColdArchiveInvalid",
    "PackageOutputExists",
    "PackageOutputInside",
    "PayloadInvalidJson",
    "PayloadTooLarge",
    "WorkerExited",
    "WorkerSpawnFailed",
    "WorkerStartTimedOut",
    "WorkerInitTimedOut",
    "WorkerFreezeFailed",
    "WorkerThawFailed",
    "RuntimeUnknown",
    "RuntimeNotFound",
    "RuntimeTooOld",
    "RuntimeApiFailed",
    "ProtocolBadMagic",
    "ProtocolUnknownKind",
    "ProtocolBadFlags",
    "ProtocolFrameTooLarge",
    "ProtocolTruncated",
    "ProtocolBadBody",
    "ProtocolUnexpectedMessage",
    "ProtocolVersionUnsupported",
    "ZygoteThreadAlive",
    "ZygoteForkFailed",
    "ZygoteNotSupported",
    "SnapshotUnsupported",
    "SnapshotRefused",
    "SnapshotDumpFailed",
    "SnapshotRestoreFailed",
    "SnapshotInvalid",
    "PreloadSetInvalid",
    "PreloadModuleFailed",
    "PreloadImageInvalid",
    "PreloadBakeFailed",
    "HookFailed",
    "HookTimedOut",
    "HostStopped",
    "HostOverloaded",
    "HostStateDirUnusable",
    "ConfigInvalid",
    "ConfigMissing",
    "SystemUnsupported",
    "SystemIo",
]
