'use strict';
// The node's tier: a thin face of the native part. Where there is none, values are in the process alone, and one warning
// says so.

const { CLOCKS_DIFFER } = require('./life.cjs');

// What a call of the native part leaves a value's times in.
const [CREATED, DUE, FRESH_UNTIL, STALE_UNTIL, ERROR_UNTIL, EPOCH, KIND] = [0, 1, 2, 3, 4, 5, 6];
const KINDS = ['value', 'refresh', 'compute', 'busy', 'wait'];

class NodeTier {
  #native;
  #cache;
  #codec;
  #times = new Float64Array(7);

  /** Opens it, or says why it cannot be. */
  static open(name, code, options, warn) {
    let native;
    try {
      native = require('../native.cjs').native();
    } catch (error) {
      warn(`values are cached in this process alone: ${error.message}`);
      return undefined;
    }
    const { directory, nodeBytes, maxValueBytes, wait } = options;
    const cache = native.cacheOpen(name, code, options.codec.name, directory ?? '', nodeBytes, maxValueBytes, wait);
    const problem = native.cacheProblem(cache);
    if (problem !== null) {
      warn(`values are cached in this process alone: ${problem}`);
      return undefined;
    }
    return new NodeTier(native, cache, options.codec, warn);
  }

  constructor(native, cache, codec, warn) {
    this.#native = native;
    this.#cache = cache;
    this.#codec = codec;
    this.warn = warn;
  }

  /** What is next for a key: `{kind, entry, step}`. */
  ask(key) {
    const step = this.#native.cacheAsk(this.#cache, key, this.#times);
    return this.#answer(step);
  }

  /** A fresh value. */
  find(key) {
    const bytes = this.#native.cacheFind(this.#cache, key, this.#times);
    return bytes === undefined ? undefined : this.#entry(bytes);
  }

  /** Takes the turn among processes, without waiting. */
  claim(step, policy) {
    return this.#answer(this.#native.cacheClaim(this.#cache, step, policy.tags, this.#times));
  }

  computeAnyway(step, policy) {
    return this.#native.cacheComputeAnyway(this.#cache, step, policy.tags);
  }

  /** Keeps a value that was computed. */
  complete(step, policy, value, isThere) {
    const bytes = isThere ? this.#encode(value, policy) : null;
    if (bytes === undefined) {
      this.release(step);
      return undefined;
    }
    const kept = this.#native.cacheComplete(this.#cache, step, bytes, rules(policy), policy.tags, this.#times);
    return this.#lived(value, kept);
  }

  release(step) {
    this.#native.cacheRelease(step);
  }

  put(key, policy, value) {
    const bytes = this.#encode(value, policy);
    if (bytes === undefined) return undefined;
    const kept = this.#native.cachePut(this.#cache, key, bytes, rules(policy), policy.tags, this.#times);
    return this.#lived(value, kept);
  }

  delete(key) {
    return this.#native.cacheRemove(this.#cache, key);
  }

  clear() {
    this.#native.cacheClear(this.#cache);
  }

  invalidate(tag) {
    this.#native.cacheInvalidate(this.#cache, tag);
  }

  isValid(kept) {
    return this.#native.cacheIsValid(this.#cache, kept);
  }

  /** Whether another process has cleared everything; it is looked for once a second. */
  hasBeenCleared() {
    return this.#native.cacheHasBeenCleared(this.#cache);
  }

  statistics() {
    return JSON.parse(this.#native.cacheStatistics(this.#cache));
  }

  #answer(found) {
    const kind = KINDS[this.#times[KIND]];
    if (kind === 'value' || kind === 'refresh') {
      const [bytes, step] = found;
      const entry = this.#entry(bytes);
      if (entry !== undefined) return { kind, entry, step };
      // It cannot be read: as if there were none.
      return step === undefined ? { kind: 'lost' } : { kind: 'compute', step };
    }
    return { kind, step: found };
  }

  #entry([bytes, kept]) {
    if (bytes === null) return this.#lived(undefined, kept);
    try {
      return this.#lived(this.#codec.decode(bytes), kept);
    } catch (error) {
      this.warn(`a cached value cannot be read: ${error.message}`);
      return undefined;
    }
  }

  #lived(value, kept) {
    const times = this.#times;
    const life = {
      from: times[CREATED] - CLOCKS_DIFFER,
      due: times[DUE],
      freshUntil: times[FRESH_UNTIL],
      staleUntil: times[STALE_UNTIL],
      errorUntil: times[ERROR_UNTIL],
      epoch: times[EPOCH] < 0 ? undefined : times[EPOCH],
    };
    return { value, life, kept };
  }

  #encode(value, policy) {
    if (policy.noSnapshot) return undefined;
    try {
      return this.#codec.encode(value);
    } catch (error) {
      this.warn(`a value is cached in this process alone: ${error.message}`);
      return undefined;
    }
  }
}

/** A policy's times as the native part takes them: negative where there is none. */
function rules(policy) {
  return [
    policy.ttl ?? -1,
    policy.stale,
    policy.staleOnError,
    policy.negativeTtl ?? -1,
    policy.refreshAhead,
    policy.refreshOnRestore ? 1 : 0,
  ];
}

module.exports = { NodeTier };
