'use strict';
// `process`: what differs from process to process, and the standard streams.

const STREAMS = new Map([['stdin', 0], ['stdout', 1], ['stderr', 2]]);
const PROCESS_STEADY = new Set([
  ...['version', 'versions', 'arch', 'platform', 'release', 'features', 'config', 'execPath', 'cwd', 'env', 'nextTick'],
  ...['binding', 'emitWarning', 'getBuiltinModule', 'moduleLoadList', 'constructor', 'toString', 'hasOwnProperty'],
  ...['noDeprecation', 'throwDeprecation', 'traceDeprecation', 'allowedNodeEnvironmentFlags', 'listenerCount'],
]);

/** `process` has what differs from process to process; each look at that is an effect. */
function watchProcess(effects) {
  const real = process;
  const watched = new Proxy(real, {
    get: (target, name) => {
      if (!effects.isBuilding || effects.isQuiet || typeof name === 'symbol' || PROCESS_STEADY.has(name)) return Reflect.get(target, name);
      if (STREAMS.has(name)) return Reflect.get(target, name);
      if (name in target) effects.seen(`looks at process.${name}`);
      return Reflect.get(target, name);
    },
    set: (target, name, value) => (effects.seen(`changes process.${String(name)}`), Reflect.set(target, name, value)),
  });
  effects.calls(real, ['emitWarning'], 'process');
  for (const name of STREAMS.keys()) effects.replace(real, name, stream(effects, name));
  effects.replace(globalThis, 'process', watched);
}

/** A standard stream, of which a module may ask whether it is a terminal. */
function stream(effects, name) {
  const real = () => process[name];
  return new Proxy({}, {
    get: (target, key) => {
      if (!effects.isBuilding) return Reflect.get(real(), key);
      if (key === 'fd') return STREAMS.get(name);
      if (key === 'isTTY') return effects.askedForTerminal() || undefined;
      if (key === 'columns') return undefined;
      effects.seen(`looks at ${String(key)} of process.${name}`);
      return undefined;
    },
    has: (target, key) => (effects.seen(`looks into process.${name}`), effects.isBuilding ? false : key in real()),
    set: (target, key, value) => (effects.seen(`changes process.${name}`), effects.isBuilding || Reflect.set(real(), key, value)),
    getPrototypeOf: () => (effects.isBuilding ? Object.prototype : Object.getPrototypeOf(real())),
  });
}

module.exports = { watchProcess };
