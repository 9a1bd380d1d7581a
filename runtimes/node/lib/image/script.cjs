'use strict';
// CommonJS sources as scripts that V8 can be given the code of: Node's own way to compile them takes none.

const Module = require('module');
const vm = require('vm');

const HEAD = '(function (exports, require, module, __filename, __dirname) { ';
const TAIL = '\n})';
// What `import()` in a source finds is what it would find in a module that Node compiled.
// Before Node 22 it finds nothing in a script that was made from code.
const LOADER = Number.parseInt(process.versions.node, 10) < 22 ? undefined : vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const IMPORTS = /\bimport\s*\(/;
const COMMENTS = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;

let isQuiet = false;

/** Whether a source may import while it runs. */
function imports(source) {
  return IMPORTS.test(source) && IMPORTS.test(source.replace(COMMENTS, ''));
}

/**
 * Whether scripts can import here. Node warns, once for a process, that their `import()` is an experiment, which it is
 * not for the modules that they are: not from now on.
 */
function silence() {
  if (isQuiet || !LOADER) return Boolean(LOADER);
  isQuiet = true;
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    new vm.Script('import("node:path")', { importModuleDynamically: LOADER }).runInThisContext().catch(() => {});
  } finally {
    process.emitWarning = emitWarning;
  }
  return true;
}

/** A module's source as a script whose value is the function around it; lines and columns are those of the file. */
function script(source, filename, cachedData) {
  const text = HEAD + (source.startsWith('#!') ? `//${source.slice(2)}` : source) + TAIL;
  return compile(text, filename, HEAD.length, cachedData);
}

/** Text of which `head` characters in the first line are none of the file's. */
function compile(text, filename, head, cachedData) {
  return new vm.Script(text, { filename, columnOffset: -head, cachedData, importModuleDynamically: LOADER });
}

/** Runs a script as the body of `module`. */
function run(compiled, module, filename, directory) {
  const body = compiled.runInThisContext();
  return Reflect.apply(body, module.exports, [module.exports, requireOf(module), module, filename, directory]);
}

/** What Node gives a module as its `require`. */
function requireOf(module) {
  function require(request) {
    return module.require(request);
  }
  const resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  require.resolve = resolve;
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

module.exports = { LOADER, compile, imports, run, script, silence };
