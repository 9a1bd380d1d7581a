'use strict';
// Imports a preload set, as from a file in the package, so that the function finds the modules in the caches.

const path = require('path');
const vm = require('vm');
const { createRequire } = require('module');
const { isModule } = require('./entry.cjs');
const { describe } = require('./failures.cjs');

/** Imports in order and answers the FAILUREs of those that could not be. */
async function preload(modules, directory = process.cwd()) {
  const load = loaderFor(path.resolve(directory));
  const failed = [];
  for (const module of modules) {
    try {
      await load(module);
    } catch (error) {
      failed.push({ ...describe(error, 'preload.module_failed'), module });
    }
  }
  return failed;
}

/**
 * A package that has both forms gives the one that the function's own files would get: `import` for a package
 * of type module, `require` for others.
 */
function loaderFor(directory) {
  const file = path.join(directory, 'preload.js');
  const require = createRequire(file);
  const importFrom = importerFor(file, require);
  if (isModule(file)) return importFrom;
  return (module) => {
    try {
      return require(module);
    } catch (error) {
      if (!isOnlyForImport(error)) throw error;
      return importFrom(module);
    }
  };
}

const ONLY_FOR_IMPORT = new Set([
  'ERR_REQUIRE_ESM',
  'ERR_REQUIRE_ASYNC_MODULE',
  // No `require` condition and no `main`: an ESM-only package.
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]);

function isOnlyForImport(error) {
  return ONLY_FOR_IMPORT.has(error?.code);
}

/** `import()` as a file in the package would call it. */
function importerFor(file, require) {
  const loader = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (loader) {
    return new vm.Script('(module) => import(module)', {
      filename: file,
      importModuleDynamically: loader,
    }).runInThisContext();
  }
  // Node before 20.12 has no such loader: what `require` resolves to is imported by its place.
  return (module) => {
    const resolved = require.resolve(module);
    return import(path.isAbsolute(resolved) ? require('url').pathToFileURL(resolved).href : resolved);
  };
}

module.exports = { preload };
