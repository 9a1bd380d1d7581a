'use strict';
// Runs converted modules: `node loader.cjs GRAPH`. GRAPH is a file of [[path, conversion], ...], the main module first.

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const modules = new Map(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
const records = new Map();

function record(file) {
  if (!records.has(file)) records.set(file, { getters: null, namespace: null, begun: false });
  return records.get(file);
}

const target = (file, request) => {
  const { specifier } = modules.get(file).requests[request];
  return specifier.startsWith('node:') ? specifier : path.resolve(path.dirname(file), specifier);
};

// The function that gives an export's value.
function getter(file, name, seen = []) {
  if (!modules.has(file)) return name === 'default' ? () => require(file) : () => require(file)[name];
  const { exports, passed_on: passedOn, stars } = modules.get(file);
  if (seen.includes(file)) return undefined;
  if (exports.includes(name)) return () => record(file).getters[name]();
  const passed = passedOn.find((it) => it.name === name);
  if (passed && passed.imported === null) return () => namespace(target(file, passed.request));
  if (passed) return getter(target(file, passed.request), passed.imported, seen);
  const found = stars.map((it) => name !== 'default' && getter(target(file, it), name, [...seen, file]));
  return found.find(Boolean);
}

function names(file, seen = new Set()) {
  if (!modules.has(file)) return ['default', ...Object.keys(require(file))];
  if (seen.has(file)) return [];
  seen.add(file);
  const { exports, passed_on: passedOn, stars } = modules.get(file);
  const starred = stars.flatMap((it) => names(target(file, it), seen)).filter((it) => it !== 'default');
  return [...new Set([...exports, ...passedOn.map((it) => it.name), ...starred])].sort();
}

function namespace(file) {
  const it = record(file);
  if (it.namespace) return it.namespace;
  it.namespace = Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } });
  for (const name of names(file)) {
    Object.defineProperty(it.namespace, name, { get: getter(file, name), enumerable: true });
  }
  return Object.preventExtensions(it.namespace);
}

function load(file) {
  const it = record(file);
  if (!modules.has(file) || it.begun) return namespace(file);
  it.begun = true;
  const { text, head } = modules.get(file);
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(text, { filename: file, columnOffset: -head, importModuleDynamically });
  script.runInThisContext().call(undefined, {
    exports: (getters) => (it.getters = getters),
    import: (request) => load(target(file, request)),
    late: () => {},
  });
  return namespace(file);
}

load(modules.keys().next().value);
