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

/** Milliseconds, or text with a number and a unit: `250`, `'90s'`, `'5m'`, `'1h'`, `'1d'`. */
export type Time = number | string;
/** Bytes, or text with a number and a unit: `4096`, `'64MiB'`, `'1GB'`. */
export type Size = number | string;

/** How values are written for other processes. */
export interface Codec<V = any> {
  /** Tells this form, and its versions, from others: values of other forms are never read. */
  name: string;
  /** What it throws keeps the value in this process alone. */
  encode(value: V): Uint8Array;
  /** What it throws is a miss. */
  decode(bytes: Buffer): V;
}

/** What `cached` and `Cache` have in common. */
export interface CacheOptions {
  /** How long a value is good. Default: until it makes room. */
  ttl?: Time;
  /** For how long after that it is served while one caller has it computed anew in the background. */
  stale?: Time;
  /** For how long after `ttl` it is served where computing it fails. */
  staleOnError?: Time;
  /** How long `undefined` and `null`, for "there is none", are remembered. Default: like any value, but `undefined` is never stale. */
  negativeTtl?: Time;
  /** How long before the end of `ttl` it is computed anew in the background. */
  refreshAhead?: Time;
  /**
   * `process`: by reference. `node`: in files too, for all workers of this user on this machine. Default: `process`.
   */
  scope?: 'process' | 'node';
  /** Where files are. Default: `HEADSTART_CACHE_DIR`, else below the user's cache directory. */
  directory?: string;
  /** What values are invalidated with, at most 16. */
  tags?: readonly string[];
  /**
   * How values are written. What would come back as something else stays in this process. `msgpack` takes the package
   * msgpackr. Default: `json`.
   */
  codec?: 'json' | 'msgpack' | 'bytes' | Codec;
  /** Values of other versions are never read. On the node, bound and native functions take one: they have no text. */
  version?: string | number;
  /** How many values the process holds. Default: 10000. */
  maxEntries?: number;
  /** How many bytes they may take, roughly. Default: 64 MiB. */
  maxBytes?: Size;
  /** How many bytes files may take, by and large. Default: 256 MiB. */
  nodeBytes?: Size;
  /** How many bytes a value may have to be in a file. Default: 1 MiB. */
  maxValueBytes?: Size;
  /** How long one waits for a value that another computes, before one computes it too. Default: 5 seconds. */
  wait?: Time;
  /** Not served after a restore from a snapshot. */
  refreshOnRestore?: boolean;
  /** In no snapshot, and in no file. */
  noSnapshot?: boolean;
}

/** What `cached` takes. */
export interface CachedOptions<A extends unknown[] = any[]> extends Omit<CacheOptions, 'tags'> {
  /** Called with the arguments, gives what tells this call from others: text, numbers, plain objects and arrays of these. */
  key?: (...args: A) => unknown;
  /** What values are invalidated with, or what gives that for the arguments. */
  tags?: readonly string[] | ((...args: A) => readonly string[]);
  /** Tells the function's values from others' on the node; `scope: 'node'` takes it. */
  namespace?: string;
}

/** What a cache has done in this process, and holds. */
export interface CacheInfo {
  /** Values that were found: `processHits` and `nodeHits`. */
  hits: number;
  misses: number;
  processHits: number;
  nodeHits: number;
  /** Values that were served although they were stale. */
  stale: number;
  /** Callers that waited for another's value. */
  waits: number;
  /** Callers that waited for as long as they may, and computed the value themselves. */
  overdue: number;
  /** Calls whose arguments could not be told from others'. */
  uncached: number;
  /** Values that made room for others. */
  evictions: number;
  /** Entries that were damaged and thrown away. */
  damaged: number;
  /** What else the node could not do: each cost a computation. */
  errors: number;
  /** Values that the process holds. */
  entries: number;
  maxEntries: number;
  /** What they take, roughly. */
  bytes: number;
}

/** A function whose results are remembered. Values are given by reference: who changes one changes it for all. */
export interface Cached<A extends unknown[], V> {
  /** The value of a call. What computing it failed with is this caller's alone, and not remembered. */
  (...args: A): Promise<V>;
  /** Forgets the value of a call; whether there was one. Others that hold it serve it for as long as it is good. */
  invalidate(...args: A): boolean;
  /** Computes the value of a call anew, keeps it and gives it. */
  refresh(...args: A): Promise<V>;
  /** Forgets all values that have a tag, in all processes. */
  invalidateTag(tag: string): void;
  /** Forgets all values; other processes notice within a second. */
  clear(): void;
  cacheInfo(): CacheInfo;
}

/**
 * Remembers what a function returned for the same arguments. Callers that ask for a value that is being computed wait for
 * it, in this process and with `scope: 'node'` in others. `this` is passed on, and is no part of what tells calls apart.
 */
export function cached<F extends (...args: any[]) => unknown>(
  fn: F,
  options?: CachedOptions<Parameters<F>>,
): Cached<Parameters<F>, Awaited<ReturnType<F>>>;

/** What one value has in place of the cache's. */
export interface ValueOptions {
  ttl?: Time;
  tags?: readonly string[];
}

/** Values by keys: text, numbers, and plain objects and arrays of these. Values are given by reference. */
export class Cache<V = any, K = any> {
  /** `name` and `version` tell it from others: caches of other names or versions share nothing with it. */
  constructor(name: string, options?: CacheOptions);
  readonly name: string;
  /** The value of a key where there is one that is not stale. */
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V, own?: ValueOptions): this;
  /** The value of a key; where there is none, `compute()` is called for it, once for all who ask. */
  getOrCompute<R extends V>(key: K, compute: () => R | Promise<R>, own?: ValueOptions): Promise<R>;
  /** Forgets a key; whether there was one. Others that hold it serve it for as long as it is good. */
  delete(key: K): boolean;
  /** Forgets everything; other processes notice within a second. */
  clear(): void;
  /** Forgets everything that has a tag, in all processes. */
  invalidate(tag: string): void;
  /** How many values the process holds. */
  readonly size: number;
  cacheInfo(): CacheInfo;
}
