'use strict';
// The file system's functions that open, look at and list files, with cold files in them.

const fs = require('fs');
const path = require('path');
const { syncBuiltinESMExports } = require('module');
const { replace } = require('./replaced.cjs');

const fallbacks = [];
// What reads; what writes makes its own files.
const READING = ['readFile', 'open', 'stat', 'lstat', 'access', 'realpath', 'opendir', 'readlink', 'copyFile'];

/** Puts ours in the place of Node's; once, for all packages. */
function patch(fallback) {
  fallbacks.push(fallback);
  if (fallbacks.length > 1) return;
  for (const name of READING) {
    replace(fs, `${name}Sync`, retrySync);
    replace(fs, name, retryCallback);
    replace(fs.promises, name, retryPromise);
  }
  replace(fs, 'existsSync', existsSync);
  replace(fs, 'readdirSync', listSync);
  replace(fs, 'readdir', listCallback);
  replace(fs.promises, 'readdir', listPromise);
  syncBuiltinESMExports();
}

/** Where to try again after this error, or null. */
function instead(error, file, flags) {
  if (error?.code !== 'ENOENT' && error?.code !== 'ENOTDIR') return null;
  if (typeof flags === 'number' ? flags & 3 : typeof flags === 'string' && flags !== 'r' && flags !== 'rs') return null;
  for (const fallback of fallbacks) {
    const there = fallback.serve(file);
    if (there !== null) return there;
  }
  return null;
}

/** The flags of an `open`; nothing of other functions. */
function flagsOf(original, rest) {
  return /^open(Sync)?$/.test(original.name) && (typeof rest[0] === 'string' || typeof rest[0] === 'number') ? rest[0] : undefined;
}

function retrySync(original) {
  return function (file, ...rest) {
    let found;
    try {
      found = original.call(this, file, ...rest);
    } catch (error) {
      const there = instead(error, file, flagsOf(original, rest));
      if (there === null) throw error;
      return original.call(this, there, ...rest);
    }
    // `statSync(file, { throwIfNoEntry: false })` gives nothing.
    const there = found === undefined && rest[0]?.throwIfNoEntry === false ? instead({ code: 'ENOENT' }, file) : null;
    return there === null ? found : original.call(this, there, ...rest);
  };
}

function retryCallback(original) {
  return function (file, ...rest) {
    const callback = rest[rest.length - 1];
    if (typeof callback !== 'function') return original.call(this, file, ...rest);
    const first = rest.slice(0, -1);
    return original.call(this, file, ...first, (error, ...found) => {
      const there = error ? instead(error, file, flagsOf(original, first)) : null;
      if (there === null) return callback(error, ...found);
      return original.call(this, there, ...first, callback);
    });
  };
}

function retryPromise(original) {
  return async function (file, ...rest) {
    try {
      return await original.call(this, file, ...rest);
    } catch (error) {
      const there = instead(error, file, flagsOf(original, rest));
      if (there === null) throw error;
      return original.call(this, there, ...rest);
    }
  };
}

function existsSync(original) {
  return function (file) {
    return original.call(this, file) || instead({ code: 'ENOENT' }, file) !== null;
  };
}

function coldNames(file, options) {
  const isRecursive = Boolean(options?.recursive);
  return fallbacks.reduce((all, fallback) => new Map([...all, ...fallback.children(file, isRecursive)]), new Map());
}

/** What is there, and the cold files that are not. */
function merged(found, cold, file, options) {
  const asEntries = typeof options === 'object' && options?.withFileTypes;
  const asBytes = options === 'buffer' || options?.encoding === 'buffer';
  const directory = String(file);
  const nameOf = (it) => (asEntries ? path.relative(directory, path.join(it.parentPath ?? it.path, String(it.name))) : String(it));
  const seen = new Set(found.map(nameOf));
  const rest = [...cold].filter(([name]) => !seen.has(name));
  const made = rest.map(([name, isDirectory]) => {
    const bytes = asBytes ? Buffer.from(asEntries ? path.basename(name) : name) : null;
    if (!asEntries) return bytes ?? name;
    const kind = isDirectory ? fs.constants.UV_DIRENT_DIR : fs.constants.UV_DIRENT_FILE;
    return new fs.Dirent(bytes ?? path.basename(name), kind, path.dirname(path.join(directory, name)));
  });
  return [...found, ...made];
}

function isMissing(error, cold) {
  return cold.size > 0 && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function listSync(original) {
  return function (file, options) {
    const cold = coldNames(file, options);
    let found = [];
    try {
      found = original.call(this, file, options);
    } catch (error) {
      if (!isMissing(error, cold)) throw error;
    }
    return cold.size ? merged(found, cold, file, options) : found;
  };
}

function listCallback(original) {
  return function (file, options, callback) {
    if (typeof options === 'function') [options, callback] = [undefined, options];
    return original.call(this, file, options, (error, found) => {
      const cold = coldNames(file, options);
      if (error && !isMissing(error, cold)) return callback(error);
      return callback(null, merged(found ?? [], cold, file, options));
    });
  };
}

function listPromise(original) {
  return async function (file, options) {
    const cold = coldNames(file, options);
    let found = [];
    try {
      found = await original.call(this, file, options);
    } catch (error) {
      if (!isMissing(error, cold)) throw error;
    }
    return merged(found, cold, file, options);
  };
}

module.exports = { patch };
