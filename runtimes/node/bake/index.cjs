'use strict';
// Bakes what goes into a function's image: `node bake/index.cjs`, in the Node and the environment that the function
// will have; an order on standard input, a report on standard output, both JSON, which README.md describes.

const { spawnSync } = require('child_process');
const fs = require('fs');
const Module = require('module');
const path = require('path');
const { interpreter } = require('../lib/image/identity.cjs');
const { build } = require('./attempt.cjs');
const { Tables } = require('./tables.cjs');
const { run, whyNot } = require('./verify.cjs');

const TIMEOUT = 300_000;
const LEAST_FILES = 8;
// Bytes of code for which Node's compile cache gains more than it costs.
const LEAST_CODE = 32 << 10;
const MAJOR = Number.parseInt(process.versions.node, 10);
// Before, what a process was started from kept ES modules and threads from loading.
const FIRST_WITH_SNAPSHOTS = 22;
// What Node itself reads of the environment, and dates depend on.
const ALWAYS_READ = ['NODE_OPTIONS', 'NODE_PATH', 'TZ'];
// The directories beside the image: of starts without the snapshot, and from it.
const COMPILE_CACHE = 'compile-cache';
const REST_COMPILE_CACHE = 'rest-compile-cache';
const CODE = 'cache';
const FILE = 'file';
const TABLE = 'table';
// Builtin modules that no snapshot can hold, or that keep worker threads from starting beside one.
const UNFIT = ['child_process', 'cluster', 'dgram', 'dns', 'http', 'http2', 'https', 'inspector', 'net', 'readline', 'repl', 'tls', 'tty', 'v8', 'worker_threads'];

/** Runs the function on its events. */
function record(order) {
  const file = path.join(order.out, 'order.json');
  const caches = path.join(order.out, 'caches');
  fs.writeFileSync(file, JSON.stringify({ ...order, caches, unfit: UNFIT }));
  const done = spawnSync(process.execPath, ['--no-warnings', path.join(__dirname, 'record.cjs'), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT,
  });
  if (done.status !== 0) throw new Error(`the function did not run: ${done.stderr.trim() || done.signal || done.status}`);
  return { ...JSON.parse(fs.readFileSync(path.join(order.out, 'record.json'), 'utf8')), caches };
}

/** Writes an entry into a file of its own; what the report says of it. */
function entry(order, name, kind, content, beginning) {
  const file = path.join(order.out, beginning + name.replace('/', '-'));
  fs.writeFileSync(file, content);
  return { name, kind, file };
}

function entries(order, tables, beginning = '') {
  const numbered = (prefix, kind, all) => all.map((it, number) => entry(order, `${prefix}/${String(number).padStart(5, '0')}`, kind, it, beginning));
  return [
    entry(order, 'table/modules', TABLE, tables.text(), beginning),
    ...numbered('source', FILE, tables.sources),
    ...numbered('code', CODE, tables.codes),
  ];
}

/** The snapshot and what must hold for it to be used, which whoever starts it compares before. */
function snapshot(order, found, tables, identity) {
  const { blob, modules, left, noted = [], reason } = build(order, found);
  const told = { left: [...left].map(([file, why]) => ({ file, why })) };
  if (!blob) return { ...told, reason };
  const useless = modules.length === 0 ? 'no module can be loaded in advance' : null;
  const rest = useless ? null : runFrom(order, blob, found);
  const why = useless ?? whyNot(order, rest, found.results);
  if (why !== null) {
    fs.rmSync(blob);
    return { ...told, reason: why };
  }
  const compiled = { caches: rest.caches, cached: rest.cached };
  const values = noted.filter(({ variable }) => variable !== undefined).map(({ variable, value }) => [variable, value]);
  const files = [...modules, ...tables.packageFiles(), ...noted.filter(({ read }) => read).map(({ read }) => read)];
  return {
    ...told,
    file: blob,
    identity: { ...identity, compile_cache: rest.compileCache },
    entries: entries(order, new Tables(tables.root, { ...without(found, modules), ...compiled }), 'rest-'),
    modules: modules.length,
    guards: {
      directory: tables.root,
      executable: identityOf(process.execPath),
      environment: { ...Object.fromEntries(ALWAYS_READ.map((name) => [name, process.env[name] ?? null])), ...Object.fromEntries(values) },
      names: noted.find(({ variables }) => variables)?.variables ?? null,
      terminals: noted.some(({ terminals }) => terminals === false) ? false : null,
      files: [...new Set(files)].map(identityOf),
    },
    clock: noted.filter(({ clock }) => clock).map(({ clock }) => clock),
  };
}

/** Runs the function in a process that begins as the snapshot, and keeps the code of what that compiles. */
function runFrom(order, blob, found) {
  const caches = path.join(order.out, 'rest-caches');
  const directory = found.hasModules ? path.join(order.out, REST_COMPILE_CACHE) : undefined;
  const rest = run(order, ['--snapshot-blob', blob], { caches, compile_cache: directory });
  return rest && { ...rest, caches, compileCache: directory && isWorth(directory) ? REST_COMPILE_CACHE : undefined };
}

/** The record of a run that begins with these modules loaded: of those, only where the function's files find them. */
function without(found, loaded) {
  const there = new Set(loaded);
  const isOwn = ([key]) => !`${key.split('\0')[0]}/`.includes('/node_modules/');
  const resolved = found.resolved.filter((it) => !there.has(it[1]) || isOwn(it));
  const named = new Set(resolved.map(([, file]) => file));
  const modules = found.modules
    .filter(({ file }) => !there.has(file) || named.has(file))
    .map((row) => (there.has(row.file) ? { ...row, isFacade: true } : row));
  return { ...found, modules, resolved };
}

/** What tells a file's state from others. */
function identityOf(file) {
  const { size, mtimeNs } = fs.statSync(file, { bigint: true });
  return { file, size: Number(size), mtime_ns: String(mtimeNs) };
}

/** Node's own cache of code, for ES modules; the directory's name, where there are any. */
function compileCache(order, found) {
  if (!found.hasModules || !Module.enableCompileCache) return undefined;
  const directory = path.join(order.out, COMPILE_CACHE);
  return run(order, [], { compile_cache: directory }) && isWorth(directory) ? COMPILE_CACHE : undefined;
}

function isWorth(directory) {
  if (!fs.existsSync(directory)) return false;
  const files = fs.readdirSync(directory, { recursive: true }).map((it) => fs.statSync(path.join(directory, it)));
  return files.reduce((sum, it) => sum + (it.isFile() ? it.size : 0), 0) >= LEAST_CODE;
}

function bake(order) {
  fs.mkdirSync(order.out, { recursive: true });
  const root = fs.realpathSync(order.directory);
  const prepared = { ...order, directory: root, root, events: order.events.map((it) => path.resolve(it)) };
  const found = record(prepared);
  const tables = new Tables(root, found);
  const cache = compileCache(prepared, found);
  const identity = { language: 'nodejs', interpreter: interpreter(), check: order.check ?? 'stat', compile_cache: cache };
  const report = {
    schema_version: 1,
    identity,
    // With few modules, reading an image takes as long as finding them.
    entries: tables.files.length < LEAST_FILES && !cache ? [] : entries(prepared, tables),
    results: found.results,
  };
  if (order.snapshot !== false && MAJOR >= FIRST_WITH_SNAPSHOTS) report.snapshot = snapshot(prepared, found, tables, identity);
  return report;
}

module.exports = { bake };

if (require.main === module) {
  const report = bake(JSON.parse(fs.readFileSync(0, 'utf8')));
  fs.writeSync(1, JSON.stringify(report));
}
