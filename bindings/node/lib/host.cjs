'use strict';
// A host to run functions with: a thin face of the native part.

const { HeadstartError, fromNative } = require('./error.cjs');
const { native } = require('./native.cjs');

const TIMEOUT = 30_000;
const GRACE = 5_000;

/** Calls the native part; what it throws or rejects with becomes a HeadstartError. */
async function call(name, ...args) {
  try {
    return await native()[name](...args);
  } catch (error) {
    throw fromNative(error);
  }
}

function withoutUndefined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What a function answered. */
class Reply {
  constructor({ payload, stdout, stderr, tier, timings }) {
    this.payload = payload;
    this.stdout = stdout;
    this.stderr = stderr;
    this.tier = tier;
    this.timings = timings;
  }

  /** The result as a JavaScript value. */
  get value() {
    return JSON.parse(this.payload.toString());
  }
}

/** Owns workers and passes them events. */
class Host {
  #native;

  constructor(options = {}) {
    try {
      this.#native = native().hostNew(withoutUndefined(options));
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** Makes a function known; what is not named comes from the package's headstart.toml. */
  register(specification) {
    return call('hostRegister', this.#native, withoutUndefined(specification));
  }

  /** Has workers ready before requests come. */
  prewarm(id, { tier = 'warm', count = 1 } = {}) {
    return call('hostPrewarm', this.#native, id, tier, count);
  }

  /** Hands the function an event; `timeout` is in milliseconds, start included. */
  async invoke(id, event = null, { timeout = TIMEOUT } = {}) {
    return this.invokeJson(id, JSON.stringify(event), { timeout });
  }

  /** The same with an event that is JSON text already. */
  async invokeJson(id, event, { timeout = TIMEOUT } = {}) {
    return new Reply(await call('hostInvoke', this.#native, id, Buffer.from(event), timeout));
  }

  /** Ends the host; requests in flight have `grace` milliseconds. */
  stop({ grace = GRACE } = {}) {
    return call('hostStop', this.#native, grace);
  }

  [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    return this.stop();
  }
}

module.exports = { HeadstartError, Host, Reply };
