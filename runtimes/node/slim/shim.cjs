'use strict';
// The handler of a slimmed package on platforms that start functions themselves: `headstart_shim.handler`.
//
// It makes cold files available and passes on to the handler that the package was slimmed for.

const fs = require('fs');
const { registerHooks } = require('module');
const path = require('path');
const { pathToFileURL } = require('url');
const cold = require('./headstart_cold/index.cjs');

// What tells that a module is to be imported. Where hooks have a thread of their own, ES modules that are required
// do without them, and so do not find what is cold.
const IMPORTED = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', ...(registerHooks ? [] : ['ERR_MODULE_NOT_FOUND'])]);

cold.install(__dirname);
const { module: base, attribute } = cold.entry(__dirname);
const file = ['.js', '.cjs', '.mjs'].map((extension) => base + extension).find((it) => fs.existsSync(it)) ?? path.join(base, 'index.js');

/** A module is loaded as soon as the platform loads this one, as it would load the handler itself. */
function load() {
  try {
    return require(file);
  } catch (error) {
    if (!IMPORTED.has(error?.code)) throw error;
    return null;
  }
}

const loaded = load();
const pending = loaded ? null : import(pathToFileURL(file).href);

exports.handler = loaded
  ? loaded[attribute] ?? loaded.default?.[attribute]
  : async (...given) => {
      const found = await pending;
      return (found[attribute] ?? found.default?.[attribute])(...given);
    };
