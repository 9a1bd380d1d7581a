'use strict';
// Computations that run: one at a time for a key. Who comes meanwhile waits for it.

/** One computation. */
class Flight {
  /** The number that the native part has for it; 0 for none. */
  work = 0;
  /** Whether the key was forgotten meanwhile: what comes of it is not kept. */
  isForgotten = false;

  /** What is served where computing fails. */
  old;
  /** What it came to, when it is over; `undefined` where it failed, and another is to compute. */
  landed;
  land;

  constructor(key, policy, compute) {
    this.key = key;
    this.policy = policy;
    this.compute = compute;
  }
}

class Flights {
  #byKey = new Map();
  #running = new Set();

  get(key) {
    return this.#byKey.get(key);
  }

  /** Whoever comes for its key waits for it, and not for one that began before. */
  begin(flight) {
    flight.landed = new Promise((land) => {
      flight.land = land;
    });
    this.#byKey.set(flight.key, flight);
    this.#running.add(flight);
  }

  end(flight) {
    this.#running.delete(flight);
    this.#leave(flight);
    flight.land(undefined);
  }

  /** Has nobody who comes from now on get what these come to. */
  forget(isMeant) {
    for (const flight of this.#running) {
      if (!isMeant(flight)) continue;
      flight.isForgotten = true;
      this.#leave(flight);
    }
  }

  #leave(flight) {
    if (this.#byKey.get(flight.key) === flight) this.#byKey.delete(flight.key);
  }
}

// What setTimeout takes for more than this is no time at all.
const LONGEST_TIMER = 2 ** 31 - 1;

/** What a promise comes to, and `otherwise` where that takes longer. Somebody waits: the timer keeps the process alive. */
function within(milliseconds, promise, otherwise) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER), otherwise);
    promise.then((outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
  });
}

module.exports = { Flight, Flights, within };
