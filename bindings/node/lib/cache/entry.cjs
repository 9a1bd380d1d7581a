'use strict';
// A value, and from when until when it is good: the core's rules, for what a process holds.

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

/** All of one form, whatever becomes of it: what is found by a hit is found at the same place. */
class Entry {
  /** What a hit gives, once there was one. */
  promise = undefined;
  /** Whether it was asked for since it was looked at last. */
  wasUsed = false;
  /** How its tags were, as the native part has them; `undefined` for none. */
  marks = undefined;
  tags = undefined;
  noSnapshot = false;
  /** How many bytes it takes; of the encoded value, where there is one. */
  weight = undefined;

  /** Times are milliseconds since 1970; an epoch of -1 is any. */
  constructor(value, created, [due, freshUntil, staleUntil, errorUntil], inEpoch) {
    this.value = value;
    this.from = created - CLOCKS_DIFFER;
    this.due = due;
    this.freshUntil = freshUntil;
    this.staleUntil = staleUntil;
    this.errorUntil = errorUntil;
    this.epoch = inEpoch;
  }

  /** Of a value that was computed now. */
  static begin(value, policy, now) {
    const freshUntil = now + (policy.ttl ?? Infinity);
    const due = policy.ttl === undefined ? freshUntil : Math.max(freshUntil - policy.refreshAhead, now);
    const [staleUntil, failing] = [freshUntil + policy.stale, freshUntil + policy.staleOnError];
    const times = [due, freshUntil, staleUntil, Math.max(failing, staleUntil)];
    return new Entry(value, now, times, policy.refreshOnRestore ? epoch : -1);
  }

  /** Whether it can be served as it is: what `stateAt` calls `fresh`. */
  isFreshAt(now) {
    return now < this.due && now >= this.from && (this.epoch === -1 || this.epoch === epoch);
  }

  /** `fresh`; `due`: to be served, and refreshed; `stale`: the same; `error`: to be served where that fails; `gone`. */
  stateAt(now) {
    if (this.isFreshAt(now)) return 'fresh';
    if (now < this.from || (this.epoch !== -1 && this.epoch !== epoch)) return 'gone';
    if (now < this.freshUntil) return 'due';
    if (now < this.staleUntil) return 'stale';
    return now < this.errorUntil ? 'error' : 'gone';
  }
}

/** Whether there is an entry, and it is in one of these states. */
function isIn(entry, ...states) {
  return entry !== undefined && states.includes(entry.stateAt(Date.now()));
}

module.exports = { Entry, epochNow, isIn, restored };
