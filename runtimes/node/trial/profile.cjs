'use strict';
// What a host has Node load before the launcher to time a function's modules: `node --require profile.cjs boot.cjs
// FD`. Writes `profile.json` beside itself when the process ends in an orderly way.

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { fileURLToPath, pathToFileURL } = require('url');
const { isMainThread } = require('worker_threads');
const { Loading } = require('./loading.cjs');
const { KEY, mark } = require('./marks.cjs');
const { Rows, now } = require('./rows.cjs');

/** CommonJS: from `require` on, so that looking for a file counts as a part of it. */
function watchCommonJs(rows, importers) {
  const { _load } = Module;
  const { load } = Module.prototype;
  let asked;
  Module._load = function (...given) {
    const before = asked;
    asked = { begun: now(), importer: given[1]?.filename };
    try {
      return Reflect.apply(_load, this, given);
    } finally {
      asked = before;
    }
  };
  Module.prototype.load = function (filename) {
    const row = rows.open(filename, importers.get(filename) ?? asked?.importer, asked?.begun);
    try {
      return Reflect.apply(load, this, [filename]);
    } catch (error) {
      row.failed = true;
      throw error;
    } finally {
      rows.close(row);
    }
  };
}

/** ES modules: the evaluation of each, from mark to mark, and where hooks allow it what its loader spends on it. */
function watchEsm(rows, importers) {
  const open = new Map();
  const loading = new Loading(() => rows.stack.length > 0);
  globalThis[KEY] = (url, ...importer) => {
    if (importer.length > 0) {
      loading.stop();
      // Modules are evaluated one after the other: one that is open still waits for something, or has failed.
      const last = rows.stack.at(-1);
      if (last !== undefined && open.get(last.url) === last) rows.close(last);
      const from = importer[0]?.startsWith('file:') ? fileURLToPath(importer[0]) : undefined;
      const row = rows.open(url.startsWith('file:') ? fileURLToPath(url) : url, from);
      row.url = url;
      row.loading = loading.spent.get(url) ?? 0;
      open.set(url, row);
    } else {
      rows.close(open.get(url));
    }
  };
  if (Module.registerHooks) {
    Module.registerHooks(hooks(importers, loading));
  } else {
    Module.register?.('./marking.mjs', pathToFileURL(__filename));
  }
}

function hooks(importers, loading) {
  const urls = new Map();
  return {
    resolve(specifier, context, next) {
      const begun = loading.begin();
      const found = next(specifier, context);
      loading.end(found.url, begun);
      if (found.url.startsWith('file:') && !urls.has(found.url)) {
        urls.set(found.url, context.parentURL);
        const from = context.parentURL;
        if (from?.startsWith('file:')) importers.set(fileURLToPath(found.url), fileURLToPath(from));
      }
      return found;
    },
    load(url, context, next) {
      const begun = loading.begin();
      const loaded = next(url, context);
      const isMarked = loaded.format === 'module' && loaded.source != null;
      const marked = isMarked ? { ...loaded, source: mark(loaded.source, url, urls.get(url)) } : loaded;
      loading.end(url, begun);
      return marked;
    },
  };
}

/** The phases: `init` is loading the entry, `first` the first event. */
function watchLauncher(rows, launcher) {
  const entry = require(path.join(launcher, 'lib/entry.cjs'));
  const invoke = require(path.join(launcher, 'lib/invoke.cjs'));
  const { load } = entry;
  const call = invoke.invoke;
  entry.load = async (...given) => {
    rows.enter('init');
    try {
      return await load(...given);
    } finally {
      rows.leave('init');
    }
  };
  invoke.invoke = (instance, request, invocation, worker) => {
    rows.enter('first');
    const leaving = (name) => {
      return (...given) => {
        rows.leave('first');
        worker[name](...given);
      };
    };
    call(instance, request, invocation, { settle: leaving('settle'), fail: leaving('fail') });
  };
}

/** `withEsm`: whether there are ES modules to expect; hooks for them make each `require` slower too. */
function start({ sample, withEsm = true }) {
  const boot = process.argv[1] ?? '';
  // Worker threads and forked processes inherit the option; their modules are not those of the start.
  if (!isMainThread || path.basename(boot) !== 'boot.cjs') return;
  const rows = new Rows(sample);
  const importers = new Map();
  watchLauncher(rows, path.dirname(boot));
  watchCommonJs(rows, importers);
  if (withEsm) watchEsm(rows, importers);
  const { writeFileSync } = fs;
  process.on('exit', () => {
    writeFileSync(path.join(__dirname, 'profile.json'), JSON.stringify(rows.report()));
  });
}

module.exports = { start };

if (process.execArgv.includes(__filename)) start({});
