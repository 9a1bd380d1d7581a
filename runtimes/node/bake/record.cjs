'use strict';
// Runs a function on its events as a worker would, and writes down what was loaded on the way: `node record.cjs
// ORDER`, a JSON file, whose `answer` names the file that its answer goes to; `imports`: ES modules are watched too.

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { types } = require('util');
const { imports } = require('../lib/image/script.cjs');
const { keepScripts, writeCode } = require('./compiling.cjs');
const { Imports } = require('./imports.cjs');
const { invoke } = require('./invoking.cjs');
const { find, isModule, load } = require('../lib/entry.cjs');
const { passedOn } = require('./facade.cjs');
const { Surroundings } = require('./surroundings.cjs');

/** Every module that was loaded, in the order in which loading began. */
class Record {
  constructor() {
    this.modules = [];
    this.byFile = new Map();
    this.resolved = new Map();
    this.stack = [];
    this.changes = [];
    this.phase = 'init';
  }

  watch() {
    const record = this;
    const { load } = Module.prototype;
    const { _resolveFilename: resolve } = Module;
    Module._resolveFilename = function (...given) {
      const found = Reflect.apply(resolve, this, given);
      record.note(given, found);
      return found;
    };
    Module.prototype.load = function (filename) {
      const row = record.open(filename);
      try {
        return Reflect.apply(load, this, [filename]);
      } finally {
        record.close(row, this);
      }
    };
    this.scripts = keepScripts();
    this.surroundings = new Surroundings();
  }

  open(file) {
    this.look();
    // An ES module that was imported may be required later.
    const row = this.byFile.get(file) ?? this.added(file);
    this.stack.push(row);
    return row;
  }

  added(file) {
    const row = { file, phase: this.phase, needs: [], isScript: false };
    this.modules.push(row);
    this.byFile.set(file, row);
    return row;
  }

  close(row, module) {
    this.look();
    row.isFacade = isFacade(row.file);
    row.isScript = this.scripts.has(row.file) || row.file.endsWith('.json') || row.isFacade;
    row.exported = row.isModule ? null : describeExports(module.exports);
    // Modules that wait end in another order.
    if (this.stack.includes(row)) this.stack.length = this.stack.lastIndexOf(row);
  }

  /** Notes who has changed what others may see: `at` is the number of the first module that may. */
  look() {
    const { kinds, added } = this.surroundings.changes();
    if (kinds.length + added.length === 0) return;
    this.changes.push({ file: this.stack.at(-1)?.file ?? null, kinds, added, at: this.modules.length });
  }

  /** `given` found a file: who asks while it runs needs it. */
  note([request, parent, , options], found) {
    if (!path.isAbsolute(found)) return;
    this.stack.at(-1)?.needs.push(found);
    if (!parent?.filename || options) return;
    const key = `${path.dirname(parent.filename)}\0${request}`;
    // Null where files of one directory do not find the same.
    this.resolved.set(key, (this.resolved.get(key) ?? found) === found ? found : null);
  }
}

/** The names that a module exports, where it exports a plain object. */
function describeExports(exported) {
  if (typeof exported !== 'object' || exported === null || types.isProxy(exported)) return null;
  const prototype = Object.getPrototypeOf(exported);
  if (prototype !== Object.prototype && prototype !== null) return null;
  const { propertyIsEnumerable } = Object.prototype;
  return Object.getOwnPropertyNames(exported).map((name) => [name, Reflect.apply(propertyIsEnumerable, exported, [name])]);
}

function isFacade(file) {
  return file.endsWith('js') && !file.endsWith('.cjs') && passedOn(fs.readFileSync(file, 'utf8')) !== null;
}

/** What builtin modules hold that can be written down, for the stand-ins of those that no snapshot takes. */
function describeBuiltins(names) {
  const described = {};
  for (const name of names) {
    const builtin = process.getBuiltinModule(name);
    const about = { functions: {}, values: {} };
    for (const key of builtin ? Object.keys(builtin) : []) {
      const value = builtin[key];
      if (typeof value === 'function') about.functions[key] = { name: value.name, length: value.length };
      else if (isPlain(value)) about.values[key] = value;
    }
    described[name] = about;
  }
  return described;
}

/** Global constructors: of those, some are not there while a snapshot is built. */
function describeConstructors(names) {
  const found = {};
  for (const name of names) {
    const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
    if (typeof value === 'function' && value.prototype) found[name] = { name: value.name, length: value.length };
  }
  return found;
}

function isPlain(value, depth = 2) {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return value !== undefined;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === 0) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && prototype !== Array.prototype) return false;
  const all = Object.values(value);
  return all.length < 500 && all.every((it) => isPlain(it, depth - 1));
}

/** Whether there may be ES modules: the function is one, or something imports. */
function hasModules(entry, scripts) {
  return isModule(entry) || [...scripts.values()].some(({ source }) => imports(source));
}

async function main(order) {
  process.chdir(order.directory);
  const record = new Record();
  require('../lib/invoke.cjs');
  const globals = Object.getOwnPropertyNames(globalThis);
  const constructors = describeConstructors(globals);
  const builtins = describeBuiltins(order.unfit);
  const imports = order.imports ? new Imports(record) : null;
  imports?.watch();
  record.watch();
  const handler = await load(order.directory, order.entry);
  record.phase = 'events';
  const results = [];
  for (const file of order.events) results.push(await invoke(handler, fs.readFileSync(file)));
  const cached = order.caches ? writeCode(record.scripts, order.caches) : {};
  const edges = imports?.edges() ?? {};
  const entry = find(order.directory, order.entry).file;
  const answer = { entry, modules: record.modules, changes: record.changes, resolved: [...record.resolved].filter(([, file]) => file !== null), cached, results, hasModules: hasModules(entry, record.scripts), globals, constructors, builtins, edges, names: await imports?.names(edges) };
  fs.writeFileSync(order.answer, JSON.stringify(answer));
  process.exit(0);
}

main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
