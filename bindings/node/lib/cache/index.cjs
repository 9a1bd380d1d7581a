'use strict';
// Caches of values. A named import loads this file; the others wait until something is cached.

/** What a function returned, remembered. */
function cached(fn, options) {
  return require('./cached.cjs').cached(fn, options);
}

/** Values by keys, in the process or on the node. */
class Cache {
  #obtaining;
  #policy;
  #tiers;

  constructor(name, options = {}) {
    if (typeof name !== 'string' || name === '') throw new TypeError(`a cache's name is a text, not ${String(name)}`);
    const settings = require('./options.cjs').read(options);
    const { Obtaining } = require('./obtaining.cjs');
    const { Tiers } = require('./tiers.cjs');
    this.name = name;
    this.#policy = settings.policy;
    this.#tiers = new Tiers(name, `by keys ${settings.version}`, settings);
    this.#obtaining = new Obtaining(this.#tiers, settings.wait);
  }

  /** The value of a key where there is a fresh one. */
  get(key) {
    return this.#tiers.find(this.#keyOf(key))?.value;
  }

  has(key) {
    return this.#tiers.find(this.#keyOf(key)) !== undefined;
  }

  /** Keeps a value, for another time or with other tags than the cache's. */
  set(key, value, own) {
    this.#tiers.set(this.#keyOf(key), this.#policy.with(own), value);
    return this;
  }

  /** The value of a key; where there is none, `compute()` is called for it, once for all who ask. */
  async getOrCompute(key, compute, own) {
    const place = this.#keyOf(key);
    const entry = this.#tiers.fresh(place);
    return entry === undefined ? this.#obtaining.obtain(place, this.#policy.with(own), compute) : entry.value;
  }

  /** Forgets a key; whether there was one. Others that hold it serve it for as long as it is good. */
  delete(key) {
    return this.#tiers.delete(this.#keyOf(key));
  }

  /** Forgets everything; other processes notice within a second. */
  clear() {
    this.#tiers.clear();
  }

  /** Forgets everything that has a tag, in all processes. */
  invalidate(tag) {
    this.#tiers.invalidate(tag);
  }

  /** How many values the process holds. */
  get size() {
    return this.#tiers.size;
  }

  /** What it has done in this process, and holds. */
  cacheInfo() {
    return this.#tiers.info();
  }

  #keyOf(key) {
    return this.#tiers.keyOf([key]);
  }
}

module.exports = { Cache, cached };
