'use strict';
// The registry of hooks. It lives on the global object under a registered symbol, so that ESM and CommonJS,
// two copies of this package and the launcher all see the same one.

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
