'use strict';
// The bodies of messages: JSON objects with the fields of their kind, and the binary body of `invoke`.

const { isUtf8 } = require('buffer');
const { INVOKE_PREFIX, MAX_CONTEXT, ProtocolError } = require('./frames.cjs');

const MAX_U32 = 2 ** 32 - 1;

const text = (value) => typeof value === 'string';
const boolean = (value) => typeof value === 'boolean';
const object = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const u32 = (value) => Number.isInteger(value) && value >= 0 && value <= MAX_U32;
// 2^64 itself passes, since JSON.parse has rounded the largest numbers by now.
const u64 = (value) => Number.isInteger(value) && value >= 0 && value <= 2 ** 64;
const i32 = (value) => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
const role = (value) => value === 'worker' || value === 'zygote';
const list = (check) => (value) => Array.isArray(value) && value.every(check);
const map = (check) => (value) => object(value) && Object.values(value).every(check);
const optional = (check) => (value) => value === undefined || value === null || check(value);
const absentOr = (check) => (value) => value === undefined || check(value);
const shape = (fields) => (value) => object(value) && !misfit(fields, value);

function misfit(fields, value) {
  for (const name in fields) if (!fields[name](value[name])) return name;
  return null;
}

// Built at first use of a kind, so that a cold start pays for `welcome`, `specialize` and nothing else.
const SHAPES = {
  welcome: () => ({
    version: u32,
    role,
    max_payload: u32,
    preload: absentOr(preload()),
    places: absentOr(boolean),
  }),
  specialize: () => ({
    function: text,
    path: text,
    entry: text,
    environment: absentOr(map(text)),
    limits: absentOr(shape({ memory: optional(u64) })),
    image: optional(shape({ path: text, stamp: optional(text) })),
    invoke_follows: absentOr(boolean),
  }),
  // Of a zygote only, which no Node is.
  fork: () => ({
    spare: absentOr(boolean),
    role: absentOr(role),
    preload: absentOr(preload()),
  }),
  before_snapshot: () => ({ park: optional(shape({ socket: text, stdout: text, stderr: text })) }),
  after_thaw: () => ({ wall_clock_ns: u64, epoch: u64 }),
  after_restore: () => ({ wall_clock_ns: u64, epoch: u64 }),
  shutdown: () => ({ grace_us: u64 }),
  hello: () => ({
    versions: list(u32),
    runtime: text,
    runtime_version: text,
    launcher: text,
    pid: u32,
    entered_ns: u64,
  }),
  ready: () => ({
    state: text,
    timings_us: absentOr(
      shape({ launcher: absentOr(u64), preload: absentOr(u64), import: absentOr(u64), hooks: absentOr(u64) }),
    ),
    preload_failed: absentOr(list(shape(failureFields()))),
    hooks_failed: absentOr(list(shape(failureFields()))),
    warnings: absentOr(list(text)),
    image: absentOr(boolean),
    opened: absentOr(list(shape({ descriptor: u32, place: text }))),
    loaded: absentOr(
      shape({
        path: list(text),
        modules: list(shape({ name: text, places: list(text) })),
        environment: list(text),
      }),
    ),
  }),
  failure: failureFields,
  forked: () => ({ pid: u32 }),
  refused: () => ({
    code: text,
    message: text,
    culprits: absentOr(list(shape({ module: absentOr(text), thread: absentOr(text), place: optional(text) }))),
  }),
  log: () => ({ level: text, message: text, hook: absentOr(text) }),
  exited: () => ({ pid: u32, code: absentOr(i32), signal: absentOr(i32) }),
};

function preload() {
  return shape({
    modules: list(text),
    path: optional(text),
    paths: absentOr(list(text)),
    tell: absentOr(boolean),
  });
}

function failureFields() {
  return {
    code: text,
    message: text,
    type: optional(text),
    trace: absentOr(list(text)),
    module: optional(text),
    hook: optional(text),
  };
}

function refuse(kind, why, request) {
  return new ProtocolError('protocol.bad_body', `the body of ${kind} ${why}`, request);
}

/** Reads the body of a control message; fields that are null count as absent. */
function decodeControl(kind, request, body) {
  let fields;
  try {
    fields = isUtf8(body) ? JSON.parse(body.toString()) : undefined;
  } catch {
    // Told apart below: what does not parse is no object either.
  }
  if (!object(fields)) throw refuse(kind, 'is not a JSON object', request);
  for (const name in fields) if (fields[name] === null) delete fields[name];
  const wrong = kind in SHAPES ? misfit(SHAPES[kind](), fields) : null;
  if (wrong !== null) throw refuse(kind, `has no valid "${wrong}"`, request);
  return fields;
}

/** Reads the body of an `invoke`: budget in microseconds (0: none), context and payload as they stand. */
function decodeInvocation(request, body) {
  if (body.length < INVOKE_PREFIX) throw refuse('invoke', 'is shorter than its prefix', request);
  const contextLength = body.readUInt32LE(8);
  if (body.readUInt32LE(12) !== 0) throw refuse('invoke', 'has reserved bytes that are not 0', request);
  const payloadAt = INVOKE_PREFIX + contextLength;
  if (contextLength > MAX_CONTEXT || payloadAt > body.length) {
    throw refuse('invoke', 'has a context longer than itself or its limit', request);
  }
  return {
    budgetUs: body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(0),
    context: body.subarray(INVOKE_PREFIX, payloadAt),
    payload: body.subarray(payloadAt),
  };
}

module.exports = { decodeControl, decodeInvocation };
