'use strict';
// Runs the hooks that user code registered with the `headstart` package, whichever copy of it.

const { describe } = require('./failures.cjs');

const REGISTRY = Symbol.for('headstart.hooks');
const NANOSECONDS_OF_MILLISECOND = 1e6;
// The kinds by message; what is undone before a pause is undone in reverse order.
const KINDS = {
  prewarm: { name: 'prewarm' },
  before_freeze: { name: 'beforeFreeze', reversed: true },
  after_thaw: { name: 'afterThaw' },
  before_snapshot: { name: 'beforeSnapshot', reversed: true },
  after_restore: { name: 'afterRestore' },
  shutdown: { name: 'shutdown', reversed: true },
};

/**
 * Runs a message's hooks one after the other and answers the FAILUREs of those that threw.
 *
 * `announce(text, level, hook)` is called before each, so that the host can name one that hangs.
 */
async function run(message, fields, announce) {
  const { name: kind, reversed } = KINDS[message];
  // For what is loaded later and has to know it.
  if (fields.epoch !== undefined) (globalThis[REGISTRY] ??= {}).epoch = fields.epoch;
  // For what is loaded later and has to know it.
  if (fields.epoch !== undefined) (globalThis[REGISTRY] ??= {}).epoch = fields.epoch;
  const registered = globalThis[REGISTRY]?.[kind];
  const hooks = Array.isArray(registered)
    ? registered.map((hook, at) => ({ hook, name: nameOf(hook, kind, at) }))
    : [];
  if (reversed) hooks.reverse();
  const failed = [];
  for (const { hook, name } of hooks) {
    announce(`${kind} hook ${name} starts`, 'debug', name);
    try {
      await hook(argumentOf(fields));
    } catch (error) {
      failed.push({ ...describe(error, 'hook.failed'), hook: name });
    }
  }
  return failed;
}

function nameOf(hook, kind, at) {
  return typeof hook === 'function' && hook.name ? hook.name : `${kind}[${at}]`;
}

/** After-hooks learn the time and the epoch; the others get nothing. */
function argumentOf({ wall_clock_ns: wallClock, epoch }) {
  if (wallClock === undefined) return undefined;
  return { wallClockMs: Math.floor(wallClock / NANOSECONDS_OF_MILLISECOND), epoch };
}

module.exports = { run };
