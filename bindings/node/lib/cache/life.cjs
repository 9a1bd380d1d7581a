'use strict';
// From when until when a value is good: the core's rules, for values that are in this process alone.

// A value from later than this is from before the clock was set back: how good it still is nobody knows.
const CLOCKS_DIFFER = 2000;

// The restores that this process has been through, as the launcher counts them.
let epoch = globalThis[Symbol.for('headstart.hooks')]?.epoch ?? 0;

/** Takes note of the epoch that a restore came with. */
function restored(next) {
  epoch = next;
}

function epochNow() {
  return epoch;
}

/** Of a value that was computed now; times are milliseconds since 1970. */
function begin(policy, now) {
  const freshUntil = now + (policy.ttl ?? Infinity);
  const due = policy.ttl === undefined ? freshUntil : Math.max(freshUntil - policy.refreshAhead, now);
  const [staleUntil, failing] = [freshUntil + policy.stale, freshUntil + policy.staleOnError];
  return lasting(now, [due, freshUntil, staleUntil, Math.max(failing, staleUntil)], policy.refreshOnRestore ? epoch : -1);
}

/** Of times that are known; an epoch of -1 is any. */
function lasting(created, [due, freshUntil, staleUntil, errorUntil], inEpoch) {
  return { from: created - CLOCKS_DIFFER, due, freshUntil, staleUntil, errorUntil, epoch: inEpoch };
}

/** Whether it can be served as it is: what `stateOf` calls `fresh`. */
function isFresh(life, now) {
  return now < life.due && now >= life.from && (life.epoch === -1 || life.epoch === epoch);
}

/** `fresh`; `due`: to be served, and refreshed; `stale`: the same; `error`: to be served where that fails; `gone`. */
function stateOf(life, now) {
  if (isFresh(life, now)) return 'fresh';
  if (now < life.from || (life.epoch !== -1 && life.epoch !== epoch)) return 'gone';
  if (now < life.freshUntil) return 'due';
  if (now < life.staleUntil) return 'stale';
  return now < life.errorUntil ? 'error' : 'gone';
}

module.exports = { begin, epochNow, isFresh, lasting, restored, stateOf };
