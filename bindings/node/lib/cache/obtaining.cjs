'use strict';
// Getting values: what there is, or what is computed, once for all who ask.

const { isIn } = require('./entry.cjs');
const { Flight, within } = require('./flights.cjs');

// How often it is looked whether another process is done; milliseconds.
const LOOK_EVERY = 5;
const OVERDUE = Symbol('overdue');

class Obtaining {
  #tiers;
  #wait;

  /** `wait`: for how many milliseconds one waits for what another computes, before one computes it too. */
  constructor(tiers, wait) {
    this.#tiers = tiers;
    this.#wait = wait;
  }

  /** The value of a key that the process does not hold fresh, computed by `compute()` where there is none. */
  async obtain(key, policy, compute, deadline = performance.now() + this.#wait) {
    if (key === undefined) return compute();
    const { counts, flights } = this.#tiers;
    const running = flights.get(key);
    const flight = new Flight(key, policy, compute);
    const entry = running === undefined ? this.#tiers.look(flight) : this.#tiers.held(key);
    if (isIn(entry, 'fresh')) return entry.value;
    if (isIn(entry, 'due', 'stale')) {
      if (isIn(entry, 'stale')) counts.stale += 1;
      if (running === undefined) this.#refreshLater(flight);
      return entry.value;
    }
    flight.old = entry;
    if (running !== undefined) return this.#waitFor(running, flight, deadline);
    counts.misses += 1;
    return this.#lead(flight, deadline);
  }

  /** Computes a value anew, keeps it and gives it. */
  async refresh(key, policy, compute) {
    return key === undefined ? compute() : this.#lead(this.#tiers.anew(key, policy, compute), 0);
  }

  async #waitFor(running, flight, deadline) {
    const { counts } = this.#tiers;
    counts.waits += 1;
    const entry = await within(deadline - performance.now(), running.landed, OVERDUE);
    if (entry === OVERDUE) {
      counts.overdue += 1;
      return this.#lead(flight, deadline);
    }
    // Who failed has the error; this one computes.
    return entry === undefined ? this.obtain(flight.key, flight.policy, flight.compute, deadline) : entry.value;
  }

  /** Computes for all who come meanwhile. */
  async #lead(flight, deadline) {
    this.#tiers.flights.begin(flight);
    try {
      const entry = (await this.#turn(flight, deadline)) ?? this.#tiers.keep(flight, await flight.compute());
      if (this.#tiers.isGoodForAll(flight, entry)) flight.land(entry);
      return entry.value;
    } catch (error) {
      if (flight.isForgotten || flight.old === undefined || isIn(flight.old, 'gone')) throw error;
      this.#tiers.counts.stale += 1;
      return flight.old.value;
    } finally {
      this.#end(flight);
    }
  }

  /** Waits for the turn among processes; gives an entry where another was faster. */
  async #turn(flight, deadline) {
    let claimed = this.#tiers.claim(flight);
    while (claimed.isBusy) {
      if (performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      else this.#computeAnyway(flight);
      claimed = this.#tiers.claim(flight);
    }
    return claimed.entry;
  }

  #computeAnyway(flight) {
    this.#tiers.counts.overdue += 1;
    // Without a work, what is claimed next is one that nobody else has a part in.
    this.#tiers.release(flight);
  }

  /** Computes a value while the old one is served, unless another process is at it. */
  async #refreshLater(flight) {
    this.#tiers.flights.begin(flight);
    try {
      // Whoever asked goes first.
      await undefined;
      const { isBusy, entry } = this.#tiers.claim(flight);
      if (isBusy) return;
      const computed = entry ?? this.#tiers.keep(flight, await flight.compute());
      if (isIn(computed, 'fresh') && this.#tiers.isGoodForAll(flight, computed)) flight.land(computed);
    } catch (error) {
      this.#tiers.warn(`a cached value could not be computed anew: ${error?.message ?? error}`);
    } finally {
      this.#end(flight);
    }
  }

  #end(flight) {
    this.#tiers.release(flight);
    this.#tiers.flights.end(flight);
  }
}

module.exports = { Obtaining };
