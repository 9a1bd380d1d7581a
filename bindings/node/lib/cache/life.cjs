'use strict';
// From when until when a value is good: the same rules as the core's, for values that are in this process alone.

// A value from later than this is from before the clock was set back: how good it still is nobody knows.
const CLOCKS_DIFFER = 2000;

let epoch = 0;

/** Takes note of the epoch that a restore came with. */
function restored(next) {
  epoch = next;
}

/** Of a value that was computed now; `undefined` where it is not to be kept. */
function begin(policy, now, isThere) {
  const ttl = isThere ? policy.ttl : policy.negativeTtl;
  if (!isThere && ttl === undefined) return undefined;
  const freshUntil = ttl === undefined ? Infinity : now + ttl;
  const [stale, onError] = isThere ? [policy.stale, policy.staleOnError] : [0, 0];
  const due = isThere ? Math.max(freshUntil - policy.refreshAhead, now) : freshUntil;
  return {
    from: now - CLOCKS_DIFFER,
    due,
    freshUntil,
    staleUntil: freshUntil + stale,
    errorUntil: freshUntil + Math.max(stale, onError),
    epoch: policy.refreshOnRestore ? epoch : undefined,
  };
}

/** `fresh`, `due`: served while it is refreshed; `stale`: the same; `error`: where refreshing fails; `gone`. */
function stateOf(life, now) {
  if (now < life.from || (life.epoch !== undefined && life.epoch !== epoch)) return 'gone';
  if (now < life.due) return 'fresh';
  if (now < life.freshUntil) return 'due';
  if (now < life.staleUntil) return 'stale';
  return now < life.errorUntil ? 'error' : 'gone';
}

/** Whether it can be served as it is: what `stateOf` calls `fresh`. */
function isFresh(life, now) {
  return now < life.due && now >= life.from && (life.epoch === undefined || life.epoch === epoch);
}

module.exports = { CLOCKS_DIFFER, begin, isFresh, restored, stateOf };
