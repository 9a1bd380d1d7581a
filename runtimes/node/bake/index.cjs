'use strict';
// Bakes what goes into a function's image: `node bake/index.cjs`, in the Node and the environment that the function
// will have; an order on standard input, a report on standard output, both JSON, which README.md describes. Snapshots
// come after it: snapshot.cjs.

const { spawnSync } = require('child_process');
const fs = require('fs');
const Module = require('module');
const path = require('path');
const { interpreter } = require('../lib/image/identity.cjs');
const { entries, isWorth } = require('./entries.cjs');
const { Tables } = require('./tables.cjs');
const { run } = require('./verify.cjs');

const TIMEOUT = 300_000;
const LEAST_FILES = 8;
const MAJOR = Number.parseInt(process.versions.node, 10);
// Before, what a process was started from kept ES modules and threads from loading.
const FIRST_WITH_SNAPSHOTS = 22;
// The directory beside the image.
const COMPILE_CACHE = 'compile-cache';
// Builtin modules that no snapshot can hold, or that keep worker threads from starting beside one.
const UNFIT = ['child_process', 'cluster', 'dgram', 'dns', 'http', 'http2', 'https', 'inspector', 'net', 'readline', 'repl', 'tls', 'tty', 'v8', 'worker_threads'];

/** Runs the function on its events; `more` says what is to be watched, and for whom. */
function record(order, name, more) {
  const file = path.join(order.out, `${name}-order.json`);
  const answer = path.join(order.out, `${name}.json`);
  fs.writeFileSync(file, JSON.stringify({ ...order, ...more, answer, unfit: UNFIT }));
  const done = spawnSync(process.execPath, ['--no-warnings', path.join(__dirname, 'record.cjs'), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT,
  });
  if (done.status !== 0) throw new Error(`the function did not run: ${done.stderr.trim() || done.signal || done.status}`);
  return JSON.parse(fs.readFileSync(answer, 'utf8'));
}

/** What a snapshot would be made of: `record`, for snapshot.cjs, and the ES modules that might be in it. */
function forSnapshot(order, found) {
  if (!found.hasModules || !Module.registerHooks) return { record: path.join(order.out, 'record.json'), modules: [] };
  const { modules, edges } = record(order, 'watched', { imports: true });
  const files = modules.filter(({ file, isModule }) => isModule && file.includes('/node_modules/')).map(({ file }) => file);
  return { record: path.join(order.out, 'watched.json'), modules: files.map((file) => ({ file, finds: edges[file] })) };
}

/** Node's own cache of code, for ES modules; the directory's name, where there are any. */
function compileCache(order, found) {
  if (!found.hasModules || !Module.enableCompileCache) return undefined;
  const directory = path.join(order.out, COMPILE_CACHE);
  return run(order, [], { compile_cache: directory }) && isWorth(directory) ? COMPILE_CACHE : undefined;
}

function bake(order) {
  fs.mkdirSync(order.out, { recursive: true });
  const root = fs.realpathSync(order.directory);
  const prepared = { ...order, directory: root, root, events: order.events.map((it) => path.resolve(it)) };
  const caches = path.join(order.out, 'caches');
  const found = record(prepared, 'record', { caches });
  const tables = new Tables(root, { ...found, caches });
  const cache = compileCache(prepared, found);
  return {
    schema_version: 1,
    identity: { language: 'nodejs', interpreter: interpreter(), check: order.check ?? 'stat', compile_cache: cache },
    // With few modules, reading an image takes as long as finding them.
    entries: tables.files.length < LEAST_FILES && !cache ? [] : entries(prepared, tables),
    results: found.results,
    watched: order.snapshot === false || MAJOR < FIRST_WITH_SNAPSHOTS ? undefined : forSnapshot(prepared, found),
  };
}

module.exports = { bake };

if (require.main === module) {
  const report = bake(JSON.parse(fs.readFileSync(0, 'utf8')));
  fs.writeSync(1, JSON.stringify(report));
}
