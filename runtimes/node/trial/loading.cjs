'use strict';
// What Node's loader of ES modules spends on each: finding it, reading it, compiling it. Hooks bracket the first
// two; compiling follows reading, before the loader asks for anything else.

const { now } = require('./rows.cjs');

class Loading {
  /** `isBusy`: whether a module is running, whose own row counts what happens meanwhile. */
  constructor(isBusy) {
    this.isBusy = isBusy;
    this.spent = new Map();
    this.last = null;
    this.since = 0;
    this.ending = false;
  }

  /** The loader asks for something: what lies behind belongs to the module that it had just read. */
  begin() {
    if (this.isBusy()) this.stop();
    else if (this.last !== null) this.charge(this.last, now() - this.since);
    return now();
  }

  /** It has got it, for this module. */
  end(url, begun) {
    if (this.isBusy()) return;
    this.charge(url, now() - begun);
    this.last = url;
    this.since = now();
    if (this.ending) return;
    // The loader goes on from promise to promise; what comes after a pause is something else.
    this.ending = true;
    setImmediate(() => {
      this.ending = false;
      this.stop();
    });
  }

  stop() {
    this.last = null;
  }

  charge(url, time) {
    this.spent.set(url, (this.spent.get(url) ?? 0) + time);
  }
}

module.exports = { Loading };
