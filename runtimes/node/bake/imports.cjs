'use strict';
// Watches ES modules while a function runs: which module finds what, and when each of them begins and ends, which
// marks in their sources tell.

const Module = require('module');
const { fileURLToPath, pathToFileURL } = require('url');
const { fileOf } = require('./urls.cjs');

const MARK = Symbol.for('headstart.record');
const AT = 'globalThis[Symbol.for("headstart.record")]';

class Imports {
  /** `record` is told of modules that begin (`open(file)`) and end (`close(row)`). */
  constructor(record) {
    this.record = record;
    this.found = new Map();
    this.rows = new Map();
  }

  watch() {
    Object.defineProperty(globalThis, MARK, { value: { enter: (url) => this.enter(url), leave: (url) => this.leave(url) } });
    Module.registerHooks({
      resolve: (specifier, context, next) => this.resolved(specifier, context, next(specifier, context)),
      load: (url, context, next) => marked(url, next(url, context)),
    });
  }

  resolved(specifier, { parentURL }, found) {
    if (!parentURL) return found;
    const asked = this.found.get(parentURL) ?? new Map();
    this.found.set(parentURL, asked.set(specifier, found.url));
    return found;
  }

  enter(url) {
    const file = fileURLToPath(url);
    // Loaded by `require`, which has told already.
    if (this.record.stack.at(-1)?.file !== file) this.rows.set(url, this.record.open(file));
    this.record.byFile.get(file).isModule = true;
  }

  leave(url) {
    const row = this.rows.get(url);
    if (row) this.record.close(row, null);
  }

  /** Of each ES module, by file: what its specifiers find, a file or a builtin module. */
  edges() {
    const edges = {};
    for (const row of this.record.modules.filter(({ isModule }) => isModule)) {
      const asked = this.found.get(urlOf(row.file)) ?? [];
      edges[row.file] = Object.fromEntries([...asked].map(([specifier, url]) => [specifier, target(url)]).filter(([, it]) => it !== null));
    }
    return edges;
  }

  /** What ES modules can import by name of scripts and JSON, by file; none of what shows something else to them. */
  async names(edges) {
    const names = {};
    const isModule = (file) => this.record.byFile.get(file)?.isModule;
    for (const file of new Set(Object.values(edges).flatMap((it) => Object.values(it)))) {
      if (Module.isBuiltin(file) || isModule(file)) continue;
      const found = await namesOf(file).catch(() => null);
      if (found) names[file] = found;
    }
    return names;
  }
}

async function namesOf(file) {
  const isJson = file.endsWith('.json');
  const namespace = await import(urlOf(file), isJson ? { with: { type: 'json' } } : undefined);
  const isSame = isJson || namespace.default === Module._cache[file]?.exports;
  return isSame ? Object.keys(namespace) : null;
}

function urlOf(file) {
  return pathToFileURL(file).href;
}

/** A file's path or a builtin module's name; null for anything else. */
function target(url) {
  return url.startsWith('node:') ? url : fileOf(url);
}

/** An ES module that tells when it begins and ends; its lines stay where they are. */
function marked(url, loaded) {
  if (loaded.format !== 'module' || fileOf(url) === null) return loaded;
  const text = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source).toString();
  const source = text.startsWith('#!') ? `//${text.slice(2)}` : text;
  const call = (what) => `${AT}.${what}(${JSON.stringify(url)});`;
  return { ...loaded, source: `${call('enter')}${source}\n${call('leave')}` };
}

module.exports = { Imports };
