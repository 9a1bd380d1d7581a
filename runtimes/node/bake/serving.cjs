'use strict';
// Serves ES modules of a snapshot to Node's loader, in a process that was started from it: each is a module there that
// exports what the one in the snapshot has exported.

const Module = require('module');
const { fileOf } = require('./urls.cjs');

const SERVED = Symbol.for('headstart.modules');

/** `namespaces`: by file. */
function serve(namespaces) {
  Object.defineProperty(Module, SERVED, { value: (url) => namespaces.get(fileOf(url)), configurable: true });
  Module.registerHooks({
    load(url, context, next) {
      const namespace = namespaces.get(fileOf(url));
      return namespace ? { format: 'module', shortCircuit: true, source: sourceOf(Object.keys(namespace)) } : next(url, context);
    },
  });
}

/** A module that exports these names of what is served. */
function sourceOf(names) {
  const picked = names.map((name, at) => `${JSON.stringify(name)}: v${at}`).join(', ');
  const exported = names.map((name, at) => `v${at} as ${JSON.stringify(name)}`).join(', ');
  return `import module from 'node:module'; const { ${picked} } = module[Symbol.for('headstart.modules')](import.meta.url); export { ${exported} };`;
}

module.exports = { serve };
