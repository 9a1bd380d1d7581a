'use strict';
// What a host has Node load before the launcher to watch a function: `node --require observe.cjs boot.cjs FD`.
// Worker threads and forked processes inherit the option and load it too.

const fs = require('fs');
const module_ = require('module');
const path = require('path');
const { note } = require('./record.cjs');

/** Which argument of a function of `fs` is opened (`f`) or listed (`d`). */
const OPENING = {
  f: ['open', 'openSync', 'readFile', 'readFileSync', 'createReadStream', 'openAsBlob', 'copyFile', 'copyFileSync'],
  d: ['readdir', 'readdirSync', 'opendir', 'opendirSync'],
};
const WRITES = /^(a|w|ax|wx|xa|xw)s?$/;

function watch(object, names, kind) {
  for (const name of names) {
    if (typeof object[name] !== 'function') continue;
    // A proxy keeps name, length and properties, which callers look at (`util.promisify.custom`).
    object[name] = new Proxy(object[name], {
      apply(original, self, given) {
        if (!WRITES.test(given[1])) note(kind, given[0]);
        return Reflect.apply(original, self, given);
      },
    });
  }
}

function watchFiles() {
  for (const [kind, names] of Object.entries(OPENING)) {
    watch(fs, names, kind);
    watch(fs.promises, names, kind);
  }
  module_.syncBuiltinESMExports();
}

function watchAddons() {
  process.dlopen = new Proxy(process.dlopen, {
    apply(original, self, given) {
      note('s', given[1]);
      return Reflect.apply(original, self, given);
    },
  });
}

function watchModules() {
  // Replaced by those who redirect modules, so that it is a place to hook into; it serves what hooks do not.
  module_._resolveFilename = new Proxy(module_._resolveFilename, {
    apply(original, self, given) {
      const found = Reflect.apply(original, self, given);
      if (path.isAbsolute(found)) note('m', found);
      return found;
    },
  });
  if (module_.registerHooks) {
    module_.registerHooks({ resolve: resolved });
  } else if (module_.register && require('worker_threads').isMainThread) {
    module_.register('./hooks.mjs', require('url').pathToFileURL(__filename));
  }
}

function resolved(specifier, context, next) {
  const found = next(specifier, context);
  if (found.url.startsWith('file:')) note('m', found.url);
  return found;
}

watchFiles();
watchAddons();
watchModules();
