'use strict';
// What `require('headstart')` gives, in one file, because each further one costs as much as all of this. Host and
// caches are loaded when they are first named.

// The registry of hooks lives on the global object under a registered symbol, so that ESM and CommonJS, two
// copies of this package and the launcher all see the same one.
const REGISTRY = Symbol.for('headstart.hooks');
const KINDS = ['prewarm', 'beforeFreeze', 'afterThaw', 'beforeSnapshot', 'afterRestore', 'shutdown'];

function registryOf(kind) {
  globalThis[REGISTRY] ??= {};
  return (globalThis[REGISTRY][kind] ??= []);
}

function registrar(kind) {
  const register = (hook) => {
    if (typeof hook !== 'function')
      throw new TypeError(`${kind} takes a function, not ${hook === null ? 'null' : typeof hook}`);
    registryOf(kind).push(hook);
    return hook;
  };
  return Object.defineProperty(register, 'name', { value: kind });
}

for (const kind of KINDS) exports[kind] = registrar(kind);

const LATER = {
  Host: () => require('./lib/host.cjs'),
  HeadstartError: () => require('./lib/host.cjs'),
  Cache: () => require('./lib/cache/index.cjs'),
  cached: () => require('./lib/cache/index.cjs'),
};

for (const name of Object.keys(LATER)) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    configurable: true,
    get() {
      const value = LATER[name]()[name];
      Object.defineProperty(exports, name, { value, enumerable: true });
      return value;
    },
  });
}
