'use strict';
// Objects in the place of the namespaces of ES modules that were turned into functions: the same keys in the same
// order, read only, and closed when all modules have run.

const Namespace = {
  of(names, value) {
    const made = Object.create(null);
    for (const name of [...names].sort(byCodeUnits)) {
      Object.defineProperty(made, name, { get: () => value(name), enumerable: true, configurable: true });
    }
    return Object.defineProperty(made, Symbol.toStringTag, { value: 'Module' });
  },

  /** Values in the place of getters. */
  finish(made) {
    for (const name of Object.keys(made)) {
      Object.defineProperty(made, name, { value: made[name], enumerable: true, writable: false, configurable: false });
    }
    return Object.preventExtensions(made);
  },
};

function byCodeUnits(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

module.exports = { Namespace };
