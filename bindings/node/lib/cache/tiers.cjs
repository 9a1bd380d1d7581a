'use strict';
// What there is of values: what the process holds, before what is on the node.

const { Entry, isIn } = require('./entry.cjs');
const { Flight, Flights } = require('./flights.cjs');
const { Front } = require('./front.cjs');
const keys = require('./keys.cjs');
const { NodeTier } = require('./node.cjs');
const { attend, attendEnd, isBeingBuilt, isToldOfThem } = require('./snapshots.cjs');
const { warner } = require('./warned.cjs');
const { weigh } = require('./weight.cjs');

// How often it is looked whether another process has cleared everything; milliseconds.
const LOOK_EVERY = 1000;

class Tiers {
  counts = { processHits: 0, nodeHits: 0, misses: 0, stale: 0, waits: 0, overdue: 0, uncached: 0 };
  flights = new Flights();
  #front;
  /** `null` until it is first asked; `undefined` where there is none. */
  #node;
  #place;
  #settings;
  #lookedAt = 0;

  constructor(name, code, settings) {
    this.warn = warner(name);
    this.#place = [name, code];
    this.#settings = settings;
    this.#front = new Front(settings.maxEntries, settings.maxBytes);
    this.#node = settings.isShared ? null : undefined;
    attend(this.#front, settings.policy.noSnapshot);
  }

  /** What tells a call from others; `undefined`, with a warning, where nothing does. */
  keyOf(args) {
    const key = keys.keyOf(args);
    if (key === undefined) {
      this.counts.uncached += 1;
      this.warn('a call is not cached, since its arguments cannot be told from others; the option key tells them');
    }
    return key;
  }

  /** What the process holds for a key and can serve as it is. */
  fresh(key) {
    const now = Date.now();
    if (this.#node) this.#lookForClearing(now);
    const entry = this.#front.get(key);
    if (entry === undefined || !entry.isFreshAt(now) || !this.#isValid(entry)) return undefined;
    entry.wasUsed = true;
    this.counts.processHits += 1;
    return entry;
  }

  /** What there is for a key and is not stale, here or on the node. */
  find(key) {
    if (key === undefined) return undefined;
    const flight = new Flight(key, this.#settings.policy);
    const entry = this.fresh(key) ?? this.look(flight);
    this.release(flight);
    if (isIn(entry, 'fresh', 'due')) return entry;
    this.counts.misses += 1;
    return undefined;
  }

  /** What there is for a flight's key, good for whatever it is. */
  look(flight) {
    const held = this.held(flight.key);
    const tier = isIn(held, 'fresh') ? undefined : this.#tier();
    const found = tier?.ask(flight);
    // What could not be written is here alone.
    if (found === undefined || held?.from > found.from) return this.#counted(held, 'processHits');
    this.hold(flight, found);
    return this.#counted(found, 'nodeHits');
  }

  /** What the process holds for a key, good for whatever it is. */
  held(key) {
    const entry = this.#front.get(key);
    return entry !== undefined && this.#isValid(entry) ? entry : undefined;
  }

  /** Takes the turn to compute a flight's value: see `NodeTier`. */
  claim(flight) {
    const claimed = this.#tier()?.claim(flight) ?? {};
    if (isIn(claimed.entry, 'fresh')) this.hold(flight, claimed.entry);
    return claimed;
  }

  /** Lets others compute a flight's value. */
  release(flight) {
    this.#node?.release(flight);
  }

  /** Keeps what a flight came to, unless its key was forgotten meanwhile; gives the entry. */
  keep(flight, value) {
    const policy = flight.policy.for(value);
    if (flight.isForgotten) return Entry.begin(value, policy, Date.now());
    const isShared = flight.work !== 0;
    const entry = isShared ? this.#node.complete(flight, policy, value) : Entry.begin(value, policy, Date.now());
    this.hold(flight, entry);
    return entry;
  }

  /** Whether what a flight came to is good for those who came meanwhile too. */
  isGoodForAll(flight, entry) {
    return !flight.isForgotten && this.#isValid(entry);
  }

  /** Keeps an entry in the process, in place of the one that there is. */
  hold({ key, policy, isForgotten }, entry) {
    if (isForgotten || isBeingBuilt()) return;
    this.#front.delete(key);
    if (isIn(entry, 'gone')) return;
    if ((policy.noSnapshot || policy.refreshOnRestore) && !isToldOfThem()) {
      this.warn('values are not cached in this thread, which is not told of snapshots and restores');
      return;
    }
    entry.tags = policy.tags;
    entry.noSnapshot = policy.noSnapshot;
    entry.weight ??= weigh(entry.value);
    this.#front.set(key, entry);
  }

  set(key, policy, value) {
    if (key === undefined) return;
    const flight = this.anew(key, policy);
    this.claim(flight);
    this.keep(flight, value);
  }

  /** A flight whose value takes the place of what there is and of what is being computed. */
  anew(key, policy, compute) {
    this.flights.forget((flight) => flight.key === key);
    return new Flight(key, policy, compute);
  }

  delete(key) {
    if (key === undefined) return false;
    this.flights.forget((flight) => flight.key === key);
    const wasHeld = this.#front.delete(key);
    return (this.#tier()?.delete(key) ?? false) || wasHeld;
  }

  clear() {
    this.flights.forget(() => true);
    this.#front.clear();
    this.#tier()?.clear();
  }

  invalidate(tag) {
    if (typeof tag !== 'string') throw new TypeError(`a tag is a text, not ${String(tag)}`);
    this.flights.forget((flight) => flight.policy.tags.includes(tag));
    this.#front.deleteWhere((entry) => entry.tags.includes(tag));
    this.#tier()?.invalidate(tag);
  }

  get size() {
    return this.#front.size;
  }

  info() {
    const { processHits, nodeHits, misses, ...others } = this.counts;
    const { damaged, errors } = this.#node?.faults() ?? { damaged: 0, errors: 0 };
    const { size: entries, bytes, evictions } = this.#front;
    const held = { entries, maxEntries: this.#settings.maxEntries, bytes };
    return { hits: processHits + nodeHits, misses, processHits, nodeHits, ...others, evictions, damaged, errors, ...held };
  }

  #tier() {
    if (this.#node === null && !isBeingBuilt()) {
      this.#node = NodeTier.open(...this.#place, this.#settings, this.warn);
      if (this.#node) {
        this.#lookForClearing(Date.now());
        attendEnd(this);
      }
    }
    return this.#node ?? undefined;
  }

  #isValid(entry) {
    return entry.marks === undefined || this.#node.isValid(entry.marks);
  }

  #lookForClearing(now) {
    if (Math.abs(now - this.#lookedAt) < LOOK_EVERY) return;
    this.#lookedAt = now;
    if (this.#node.wasCleared(this.#done(), now)) this.#front.clear();
  }

  /** Tells what was done and is not told yet, for `headstart cache` and metrics. */
  tellNow() {
    this.#node?.tellNow(this.#done());
  }

  #done() {
    return { ...this.counts, evictions: this.#front.evictions };
  }

  #counted(entry, hits) {
    if (isIn(entry, 'fresh', 'due')) this.counts[hits] += 1;
    return entry;
  }
}

module.exports = { Tiers };
