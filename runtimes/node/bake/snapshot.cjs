'use strict';
// Builds a start-up snapshot of what a function depends on: `node bake/snapshot.cjs`, after index.cjs and as it, with
// an order that also names the record and what ES modules have been turned into.

const fs = require('fs');
const path = require('path');
const { build } = require('./attempt.cjs');
const { entries, isWorth } = require('./entries.cjs');
const { Packages } = require('./packages.cjs');
const { Tables } = require('./tables.cjs');
const { run, whyNot } = require('./verify.cjs');

// What Node itself reads of the environment, and dates depend on.
const ALWAYS_READ = ['NODE_OPTIONS', 'NODE_PATH', 'TZ'];
// The directory beside the image that is used with the snapshot.
const REST_COMPILE_CACHE = 'rest-compile-cache';

/** The snapshot and what must hold for it to be used, which whoever starts it compares before. */
function snapshot(order) {
  const root = fs.realpathSync(order.directory);
  const prepared = { ...order, directory: root, root, events: order.events.map((it) => path.resolve(it)) };
  const functions = order.converted ? JSON.parse(fs.readFileSync(order.converted, 'utf8')) : {};
  const found = withModules(JSON.parse(fs.readFileSync(order.record, 'utf8')), functions);
  const { blob, modules, left, noted = [], reason } = build({ ...prepared, functions }, found);
  const told = { left: [...left].map(([file, why]) => ({ file, why })) };
  if (!blob) return { ...told, reason };
  const useless = modules.length === 0 ? 'no module can be loaded in advance' : null;
  const rest = useless ? null : runFrom(prepared, blob, found);
  const why = useless ?? whyNot(prepared, rest, found.results);
  if (why === null) return { ...told, ...describe(prepared, { blob, modules, noted, found, rest }) };
  fs.rmSync(blob);
  return { ...told, reason: why };
}

/** Modules that have been turned into functions are loaded as scripts are, and need what they import. */
function withModules(found, converted) {
  const modules = found.modules.map((row) => {
    if (!row.isModule || !Object.hasOwn(converted, row.file)) return row;
    const needs = converted[row.file].requests.map(({ specifier }) => found.edges[row.file][specifier]);
    const isKnown = needs.every((it) => it?.startsWith('node:') || Object.hasOwn(found.edges, it) || Object.hasOwn(found.names, it));
    return isKnown ? { ...row, isConverted: true, needs: needs.filter((it) => !it.startsWith('node:')) } : row;
  });
  return { ...found, modules };
}

function describe(order, { blob, modules, noted, found, rest }) {
  const values = noted.filter(({ variable }) => variable !== undefined).map(({ variable, value }) => [variable, value]);
  const left = new Tables(order.root, { ...without(found, modules), caches: rest.caches, cached: rest.cached });
  const files = [...modules, ...packageFiles(order.root, found), ...noted.filter(({ read }) => read).map(({ read }) => read)];
  return {
    file: blob,
    identity: { ...order.identity, compile_cache: rest.compileCache },
    entries: entries(order, left, 'rest-'),
    modules: modules.length,
    guards: {
      directory: order.root,
      executable: identityOf(process.execPath),
      environment: { ...Object.fromEntries(ALWAYS_READ.map((name) => [name, process.env[name] ?? null])), ...Object.fromEntries(values) },
      names: noted.find(({ variables }) => variables)?.variables ?? null,
      terminals: noted.some(({ terminals }) => terminals === false) ? false : null,
      files: [...new Set(files)].map(identityOf),
    },
    clock: noted.filter(({ clock }) => clock).map(({ clock }) => clock),
  };
}

/** The package.json files that hold for what was loaded and for what asked for it. */
function packageFiles(root, { modules, resolved }) {
  const packages = new Packages(root);
  const directories = [...modules.map(({ file }) => path.dirname(file)), ...resolved.map(([key]) => key.split('\0')[0])];
  for (const directory of directories) if (packages.has(`${directory}/`)) packages.of(directory);
  return packages.files();
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

module.exports = { snapshot };

if (require.main === module) {
  const report = snapshot(JSON.parse(fs.readFileSync(0, 'utf8')));
  fs.writeSync(1, JSON.stringify(report));
}
