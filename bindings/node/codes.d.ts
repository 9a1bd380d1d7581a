// Written by `cargo xtask generate` from core/src/error/code.rs.

/** A stable error code. */
export type ErrorCode =
  /** The package is not there, or is not a directory. */
  | 'function.not_found'
  /** The host does not know this function. */
  | 'function.not_registered'
  /** The entry does not have the form `module.attribute`. */
  | 'function.entry_invalid'
  /** The package has no file for the module that the entry names. */
  | 'function.entry_not_found'
  /** The entry's module has no such attribute or symbol. */
  | 'function.handler_not_found'
  /** The entry names something that cannot be called. */
  | 'function.handler_not_callable'
  /** The entry's module, or one that it imports, does not parse. */
  | 'function.syntax_error'
  /** Importing the entry's module raised an exception. */
  | 'function.import_failed'
  /** The handler raised an exception or rejected its promise. */
  | 'function.raised'
  /** The handler returned something that JSON has no form for. */
  | 'function.result_not_json'
  /** The function asked for more memory than its limit. */
  | 'function.out_of_memory'
  /** The deadline passed before the function answered; its worker was ended. */
  | 'function.timed_out'
  /** The package, or what its archive unpacks to, is over a limit. */
  | 'package.too_large'
  /** An archive is damaged, encrypted, or holds names or links that lead out of it. */
  | 'package.archive_invalid'
  /** A shared object is damaged, or is none. */
  | 'package.object_invalid'
  /** Cargo could not read the project without a network and without changing its lock file. */
  | 'package.cargo_failed'
  /** The Cargo project has not been built, so that there is nothing to look into. */
  | 'package.not_built'
  /** A cold archive is damaged, or of a version that this build does not read. */
  | 'package.cold_archive_invalid'
  /** The output is there already and is not empty. */
  | 'package.output_exists'
  /** The output would lie inside the package that is read. */
  | 'package.output_inside'
  /** The event is not JSON. */
  | 'payload.invalid_json'
  /** The event or the result is over the payload limit. */
  | 'payload.too_large'
  /** The worker's process ended while it was needed; exit code or signal are given. */
  | 'worker.exited'
  /** The worker's process could not be started. */
  | 'worker.spawn_failed'
  /** The launcher said nothing within the start timeout. */
  | 'worker.start_timed_out'
  /** Importing the function took longer than the init timeout; its worker was ended. */
  | 'worker.init_timed_out'
  /** The worker's processes could not be stopped within two seconds; it was ended. */
  | 'worker.freeze_failed'
  /** A frozen worker could not go on; it was ended, and the next tier serves. */
  | 'worker.thaw_failed'
  /** The runtime's name is none of pythonX.Y, nodejsX and native. */
  | 'runtime.unknown'
  /** No interpreter of this runtime was found. */
  | 'runtime.not_found'
  /** The interpreter is older than Headstart supports. */
  | 'runtime.too_old'
  /** The Lambda Runtime API could not be reached, or answered something else than it documents. */
  | 'runtime.api_failed'
  /** A frame does not begin with the magic. */
  | 'protocol.bad_magic'
  /** A frame's kind is not in the tables. */
  | 'protocol.unknown_kind'
  /** A frame's flags are not those of the version. */
  | 'protocol.bad_flags'
  /** A frame announces a body over its kind's limit. */
  | 'protocol.frame_too_large'
  /** The connection ended within a frame. */
  | 'protocol.truncated'
  /** A frame's body does not have its kind's form. */
  | 'protocol.bad_body'
  /** A message came in a state, a direction or with a request number where it is not legal. */
  | 'protocol.unexpected_message'
  /** Host and worker speak no common version. */
  | 'protocol.version_unsupported'
  /** A thread lives in the zygote, so that a fork could hang; the module that started it is named. */
  | 'zygote.thread_alive'
  /** The kernel refused the fork. */
  | 'zygote.fork_failed'
  /** This runtime cannot fork. */
  | 'zygote.not_supported'
  /** This machine cannot take or restore snapshots: CRIU is missing, too old, or lacks privileges. */
  | 'snapshot.unsupported'
  /** The instance has something open that a snapshot cannot hold; it is named. */
  | 'snapshot.refused'
  /** The snapshot could not be written; nothing of it is left. */
  | 'snapshot.dump_failed'
  /** An instance could not be restored; the next tier serves. */
  | 'snapshot.restore_failed'
  /** A snapshot is damaged, is another user's, or was taken of something else than there is now. */
  | 'snapshot.invalid'
  /** The preload set is missing or has a line that names no module. */
  | 'preload.set_invalid'
  /** A module of the preload set could not be imported; the rest went on. */
  | 'preload.module_failed'
  /** An init image is damaged, or of a version that this build does not read. */
  | 'preload.image_invalid'
  /** The init image could not be made, or what it gives is not what the function gave without it. */
  | 'preload.bake_failed'
  /** A hook raised an exception; the others still ran. */
  | 'hook.failed'
  /** A hook did not return within the hook timeout; its worker was ended. */
  | 'hook.timed_out'
  /** The host was stopped. */
  | 'host.stopped'
  /** No worker became free before the deadline. */
  | 'host.overloaded'
  /** The state directory cannot be used: not writable, or others may write to it. */
  | 'host.state_dir_unusable'
  /** A configuration file or option has a wrong value. */
  | 'config.invalid'
  /** Something that has no default was not given. */
  | 'config.missing'
  /** This machine lacks what the operation needs. */
  | 'system.unsupported'
  /** The operating system reported an error. */
  | 'system.io';
