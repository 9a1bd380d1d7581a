'use strict';
// Modules that Node's own resolution did not find: they are looked for once more, from the place in the overlay
// that corresponds to the one that asks.

const Module = require('module');
const path = require('path');
const { fileURLToPath, pathToFileURL } = require('url');
const { existsSync } = require('./originals.cjs');
const { isBuiltin } = Module;

const MISSING = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ENOENT', 'ENOTDIR']);
// Whether Node has hooks in the thread that loads a module (from 22.15 on).
const areFoundHere = Boolean(Module.registerHooks);
const fallbacks = [];
let tellServed = () => {};

/**
 * Puts ours behind Node's resolution. `hasModules`: whether the package has ES modules; `whenServed` is called before
 * a cold module is loaded.
 */
function patch(fallback, { hasModules, whenServed }) {
  fallbacks.push(fallback);
  tellServed = whenServed;
  if (fallbacks.length > 1) return;
  patchRequire();
  if (areFoundHere) Module.registerHooks({ resolve: resolveModule });
  else if (hasModules) register(fallback);
}

function patchRequire() {
  const original = Module._resolveFilename;
  Module._resolveFilename = function _resolveFilename(request, parent, isMain, options) {
    if (parent?.filename) prepareOverlay(request, parent.filename);
    const first = options?.paths ? null : passedOver(request, parent?.filename ?? null);
    try {
      if (first) return original.call(this, first.request, standIn(first.from), isMain);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    try {
      return original.call(this, request, parent, isMain, options);
    } catch (error) {
      if (!isMissing(error)) throw error;
      for (const from of askers(parent, options)) {
        const again = prepare(request, from);
        if (!again) continue;
        try {
          return original.call(this, again.request, standIn(again.from), isMain);
        } catch (other) {
          if (!isMissing(other)) throw other;
        }
      }
      throw error;
    }
  };
}

/** The files that a request comes from, or seems to: of `require.resolve(x, { paths })` one in each directory. */
function askers(parent, options) {
  if (Array.isArray(options?.paths)) return options.paths.map((directory) => path.join(path.resolve(directory), 'index.js'));
  return [parent?.filename ?? null];
}

/** A module at a place in the overlay, to ask from. */
function standIn(filename) {
  const made = new Module(filename);
  made.filename = filename;
  made.paths = Module._nodeModulePaths(path.dirname(filename));
  return made;
}

/** A resolve hook that runs in this thread (Node 22.15 and newer). */
function resolveModule(specifier, context, next) {
  const from = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : null;
  if (from) prepareOverlay(specifier, from);
  const first = passedOver(specifier, from);
  try {
    if (first) return next(first.request, { ...context, parentURL: pathToFileURL(first.from).href });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    return next(specifier, context);
  } catch (error) {
    const again = isMissing(error) ? prepare(specifier, from) : null;
    if (!again) throw error;
    try {
      return next(again.request, { ...context, parentURL: pathToFileURL(again.from).href });
    } catch (other) {
      throw isMissing(other) ? error : other;
    }
  }
}

/** Older versions resolve ES modules in a thread of their own. */
function register(fallback) {
  const data = { root: fallback.root, place: fallback.place, packages: [...fallback.packages] };
  Module.register(pathToFileURL(path.join(__dirname, 'hooks.mjs')).href, { data });
}

/** Modules of the overlay find there whatever they ask for: Node remembers package.json files that it missed. */
function prepareOverlay(request, from) {
  if (fallbacks.some((fallback) => fallback.overlay && from.startsWith(`${fallback.overlay}/`))) prepare(request, from);
}

/**
 * Where to ask for a package that is cold as a whole, as `prepare` says it; null for all others. Node's own resolution
 * would pass over it and find another of its name farther away: a copy of another version, or the runtime's own.
 */
function passedOver(request, from) {
  const name = nameOf(request);
  for (const fallback of fallbacks) {
    if (!fallback.packageNames.has(name)) continue;
    const below = fallback.relative(from);
    if (below === null || isBuiltin(request)) continue;
    const nearest = candidates(fallback, request, below).find(
      (directory) => fallback.packages.has(directory) || existsSync(path.join(fallback.root, directory)),
    );
    if (fallback.packages.has(nearest)) return prepare(request, from);
  }
  return null;
}

/** The package that a request names, if it names one. */
function nameOf(request) {
  return request.split('/').slice(0, request.startsWith('@') ? 2 : 1).join('/');
}

/** Unpacks the packages that a request may mean; what to ask for instead, and from which place in the overlay. */
function prepare(request, from) {
  if (isBuiltin(request)) return null;
  for (const fallback of fallbacks) {
    const target = absolute(request);
    // Who asks for a path may be anywhere.
    const below = fallback.relative(from) ?? (target === null ? null : fallback.relative(target));
    if (below === null || !fallback.opened()) continue;
    const found = fallback.guard(() => candidates(fallback, request, below).filter((name) => exists(fallback, name)));
    if (!found?.length) continue;
    fallback.guard(() => {
      for (const name of found) fallback.mirror(name);
      fallback.directory(path.dirname(below));
    });
    if (!fallback.opened()) continue;
    tellServed();
    return { request: inOverlay(fallback, request, target), from: path.join(fallback.overlay, below) };
  }
  return null;
}

/** The path that a request names in full, or null. */
function absolute(request) {
  if (request.startsWith('file:')) return fileURLToPath(request);
  return path.isAbsolute(request) ? request : null;
}

/** A request for a path in the package, as one for the same path in the overlay. */
function inOverlay(fallback, request, target) {
  const below = target === null ? null : fallback.relative(target);
  if (below === null) return request;
  const there = path.join(fallback.overlay, below);
  if (!request.startsWith('file:')) return there;
  const { search, hash } = new URL(request);
  return pathToFileURL(there).href + search + hash;
}

/** The packages that a request of the file `below` may mean, the nearest first. */
function candidates(fallback, request, below) {
  const full = absolute(request);
  if (full !== null) {
    const target = fallback.relative(full);
    return target === null ? [] : [packageOf(target)];
  }
  if (/^\.\.?(\/|$)/.test(request)) return [packageOf(path.join(path.dirname(below), request))];
  // Names that the package gives its own files, `#x`.
  if (request.startsWith('#')) return [packageOf(below)];
  const name = nameOf(request);
  const found = [];
  for (let directory = path.dirname(below); ; directory = path.dirname(directory)) {
    // A package may ask for itself by its name.
    if (directory.endsWith(`node_modules/${name}`)) found.push(directory);
    if (path.basename(directory) !== 'node_modules') found.push(path.join(directory, 'node_modules', name));
    if (directory === '.') return found;
  }
}

/** The directory of the package that a file lies in: all up to the name after the last `node_modules`. */
function packageOf(below) {
  const parts = below.split('/');
  const last = parts.lastIndexOf('node_modules');
  if (last < 0) return '';
  return parts.slice(0, last + (parts[last + 1]?.startsWith('@') ? 3 : 2)).join('/');
}

/** Whether there is such a package, cold or at its place: who asks may be in the overlay. */
function exists(fallback, name) {
  return fallback.archive.hasDirectory(name) || existsSync(path.join(fallback.root, name)) || fallback.linkTarget(name) !== null;
}

/** Takes a package's cold files into account, without patching anything. */
function add(fallback) {
  fallbacks.push(fallback);
}

/** Whether an error says that a module was not found. */
function isMissing(error) {
  return MISSING.has(error?.code);
}

module.exports = { add, areFoundHere, isMissing, passedOver, patch, prepare, prepareOverlay };
