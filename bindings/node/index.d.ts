import type { ErrorCode } from './codes.js';
export type { ErrorCode } from './codes.js';

/** What a hook after a pause learns. */
export interface Wake {
  /** The time now, in milliseconds since 1970. */
  wallClockMs: number;
  /** Larger at every restore, 0 in a process that was never restored, so that caches and random generators can be put right. */
  epoch: number;
}

/** Runs before or after a pause, at prewarm or at shutdown. It is awaited; what it throws is reported by name. */
export type Hook = () => unknown;
/** A hook that runs after a pause. */
export type WakeHook = (wake: Wake) => unknown;

/** Runs when a host prepares an instance for requests that will come. Returns the hook. */
export function prewarm<H extends Hook>(hook: H): H;
/** Runs before all CPU is taken from the instance; the hook registered last runs first. */
export function beforeFreeze<H extends Hook>(hook: H): H;
/** Runs after the instance got its CPU back, in order of registration. */
export function afterThaw<H extends WakeHook>(hook: H): H;
/** Runs before the process is written to disk; the hook registered last runs first. */
export function beforeSnapshot<H extends Hook>(hook: H): H;
/** Runs in a process that was read back from disk, in order of registration. */
export function afterRestore<H extends WakeHook>(hook: H): H;
/** Runs before the process ends in an orderly way; the hook registered last runs first. */
export function shutdown<H extends Hook>(hook: H): H;

export interface HostOptions {
  /** Where the host keeps its files. Default: `HEADSTART_STATE_DIR`, else below the user's state directory. */
  stateDir?: string;
  /** The native launcher's path, for native functions. */
  nativeLauncher?: string;
  /** The most workers at a time. */
  maxWorkers?: number;
}

/** A function to register. What is not named comes from the package's headstart.toml. */
export interface FunctionSpecification {
  /** The package's directory. */
  path: string;
  /** `index.handler` */
  entry?: string;
  /** `nodejs24`, `python3.12`, `native` */
  runtime?: string;
  /** The interpreter's path (`process.execPath` for the one that runs this); by default looked up by runtime. */
  interpreter?: string;
  /** The preload set's path; in headstart.toml it is relative to the package. */
  preload?: string;
  /** Environment variables. */
  environment?: Record<string, string>;
  /** Whether the function sees this process's environment. Default: true. */
  inherit?: boolean;
}

/** A function that a host knows. */
export type FunctionId = number & { readonly __function: unique symbol };

/**
 * What can be made ready before requests come. `frozen-paged`: the memory is paged out too; `paged-in` has that of so
 * many brought back, as a signal that requests are about to come.
 */
export type Tier = 'warm' | 'stem' | 'zygote' | 'snapshot' | 'frozen' | 'frozen-paged' | 'paged-in';

/** Microseconds by phase; 0 for a phase that the request did not pay for. */
export interface Timings {
  queue_us: number;
  spawn_us: number;
  interpreter_us: number;
  launcher_us: number;
  preload_us: number;
  import_us: number;
  hooks_us: number;
  ready_us: number;
  invoke_us: number;
}

/** What a function answered. */
export interface Reply<T = unknown> {
  /** The result. */
  readonly value: T;
  /** The result as JSON text. */
  readonly payload: Buffer;
  /** What the function wrote to standard output. */
  readonly stdout: Buffer;
  /** What the function wrote to standard error. */
  readonly stderr: Buffer;
  /** How the instance came to be ready. */
  readonly tier: string;
  readonly timings: Timings;
}

export interface InvokeOptions {
  /** Milliseconds, start included. Default: 30000. */
  timeout?: number;
}

/** Owns workers and passes them events. Rejections are `HeadstartError`s. */
export class Host {
  constructor(options?: HostOptions);
  /** Makes a function known. */
  register(specification: FunctionSpecification): Promise<FunctionId>;
  /** Has workers ready before requests come. Default: one `warm` instance. */
  prewarm(id: FunctionId, options?: { tier?: Tier; count?: number }): Promise<void>;
  /** Hands the function an event, any value that JSON has a form for. */
  invoke<T = unknown>(id: FunctionId, event?: unknown, options?: InvokeOptions): Promise<Reply<T>>;
  /** The same with an event that is JSON text. */
  invokeJson<T = unknown>(
    id: FunctionId,
    event: string | Uint8Array,
    options?: InvokeOptions,
  ): Promise<Reply<T>>;
  /** Ends the host; requests in flight have `grace` milliseconds (default: 5000). */
  stop(options?: { grace?: number }): Promise<void>;
}

/** An error with the stable code that it has in every language. */
export class HeadstartError extends Error {
  /** `function.raised`, `worker.exited`, ... */
  readonly code: ErrorCode;
  /** What was being done. */
  readonly operation: string | null;
  /** Further facts: exit code, path, ... */
  readonly context: Record<string, string>;
  /** What to do about it, where there is something. */
  readonly hint: string | null;
  /** The class of the function's own exception. */
  readonly type: string | null;
  /** The frames of the function's code, outermost first. */
  readonly trace: string[];
  /** Whether the same call may succeed if it is made again. */
  readonly retryable: boolean;
  /** What the function wrote to standard output, where a worker was involved. */
  readonly stdout?: Buffer;
  /** What the function wrote to standard error, where a worker was involved. */
  readonly stderr?: Buffer;
}
