'use strict';
// The node's tier: a thin face of the native part, whose `src/cache/report.rs` says what its numbers mean.

const { Entry, epochNow } = require('./entry.cjs');
const { textOf } = require('./keys.cjs');

const [NEXT, WORK, LENGTH, MARKS, CREATED, DUE, FRESH_UNTIL, STALE_UNTIL, ERROR_UNTIL, EPOCH] = Array(10).keys();
const [SERVE, , BUSY] = Array(3).keys();
const PROCESS_ALONE = 5;
// What the native part writes values into that are not larger.
const scratch = Buffer.allocUnsafeSlow(64 << 10);

class NodeTier {
  lost = 0;
  #native;
  #cache;
  #codec;
  #warn;
  #report = new Float64Array(EPOCH + 1);

  /** Opens it; `undefined`, with a warning, where that cannot be. */
  static open(name, code, { codec, directory, nodeBytes, maxValueBytes }, warn) {
    try {
      const native = require('../native.cjs').native();
      const cache = native.cacheOpen(name, code, codec.name, directory, nodeBytes, maxValueBytes);
      const problem = native.cacheProblem(cache);
      if (problem !== undefined) throw new Error(problem);
      native.cacheRestored(epochNow());
      return new NodeTier(native, cache, codec, warn);
    } catch (error) {
      warn(`values are cached in this process alone: ${error.message}`);
      return undefined;
    }
  }

  constructor(native, cache, codec, warn) {
    this.#native = native;
    this.#cache = cache;
    this.#codec = codec;
    this.#warn = warn;
  }

  /** What there is for a flight's key, good for whatever it is; the flight has a work where it is to be computed. */
  ask(flight) {
    const bytes = this.#native.cacheAsk(this.#cache, textOf(flight.key), this.#report, scratch);
    flight.work = this.#report[WORK];
    return this.#read(bytes);
  }

  /**
   * Takes the turn among processes, without waiting. `isBusy`: another has it; `entry`: another was faster, or is at it
   * while this is served. A flight without a work has one then in which nobody else has a part.
   */
  claim(flight) {
    const { key, policy } = flight;
    if (flight.work === 0) {
      flight.work = this.#native.cacheRenew(this.#cache, textOf(key), policy.tags);
      return {};
    }
    const bytes = this.#native.cacheClaim(this.#cache, flight.work, policy.tags, this.#report, scratch);
    const next = this.#report[NEXT];
    flight.work = this.#report[WORK];
    if (next !== SERVE) return { isBusy: next === BUSY };
    const entry = this.#read(bytes);
    return entry === undefined ? this.claim(flight) : { entry };
  }

  /** Writes a value that was computed; gives its entry. */
  complete(flight, policy, value) {
    const bytes = value === undefined ? null : this.#encode(value, policy);
    const rules = bytes === undefined || policy.noSnapshot ? withAlone(policy.rules) : policy.rules;
    const work = flight.work;
    flight.work = 0;
    const written = this.#native.cacheComplete(this.#cache, work, bytes ?? null, rules, this.#report, scratch);
    return this.#entry(value, written, bytes?.length);
  }

  /** Lets others compute it. */
  release(flight) {
    if (flight.work !== 0) this.#native.cacheRelease(this.#cache, flight.work);
    flight.work = 0;
  }

  delete(key) {
    return this.#native.cacheRemove(this.#cache, textOf(key));
  }

  clear() {
    this.#native.cacheClear(this.#cache);
  }

  invalidate(tag) {
    this.#native.cacheInvalidate(this.#cache, tag);
  }

  /** Whether no tag was invalidated since these marks were made. */
  isValid(marks) {
    return this.#native.cacheIsValid(this.#cache, marks);
  }

  /** Whether another has cleared it since; it is looked for once a second, and what was done is told then. */
  wasCleared(counts, now) {
    return this.#native.cacheWasCleared(this.#cache, this.#told(counts), now);
  }

  /** Tells what was done and is not told yet. */
  tellNow(counts) {
    this.#native.cacheTellNow(this.#cache, this.#told(counts));
  }

  #told({ processHits, nodeHits, misses, stale, waits, overdue, evictions }) {
    return Float64Array.of(processHits, nodeHits, misses, stale, waits, overdue, evictions, this.lost);
  }

  faults() {
    const { damaged, errors } = JSON.parse(this.#native.cacheFaults(this.#cache));
    return { damaged: damaged + this.lost, errors };
  }

  /** The entry of a buffer with a value and marks. */
  #read(bytes) {
    if (bytes === undefined) return undefined;
    const length = this.#report[LENGTH];
    const entry = this.#entry(undefined, bytes, length);
    if (length === -1) return entry;
    try {
      const encoded = bytes.subarray(0, length);
      entry.value = this.#codec.decode(bytes === scratch && !this.#codec.keepsNothing ? Buffer.from(encoded) : encoded);
      return entry;
    } catch (error) {
      this.lost += 1;
      this.#warn(`a cached value cannot be read, and is computed anew: ${error.message}`);
      return undefined;
    }
  }

  #entry(value, bytes, weight) {
    const report = this.#report;
    const [from, to] = [Math.max(report[LENGTH], 0), Math.max(report[LENGTH], 0) + report[MARKS]];
    const times = [report[DUE], report[FRESH_UNTIL], report[STALE_UNTIL], report[ERROR_UNTIL]];
    const entry = new Entry(value, report[CREATED], times, report[EPOCH]);
    if (to > from) entry.marks = Buffer.from(bytes.subarray(from, to));
    entry.weight = weight === -1 ? 0 : weight;
    return entry;
  }

  /** The bytes of a value; `undefined` where they are not to be written. */
  #encode(value, policy) {
    if (policy.noSnapshot) return undefined;
    try {
      return this.#codec.encode(value);
    } catch (error) {
      this.#warn(`a value is cached in this process alone: ${error.message}`);
      return undefined;
    }
  }
}

function withAlone(rules) {
  return rules.with(PROCESS_ALONE, 1);
}

module.exports = { NodeTier };
