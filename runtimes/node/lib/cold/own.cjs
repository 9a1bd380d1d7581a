'use strict';
// Loads files of ours that are needed late: past the hooks into loading that the function may have set by then, which
// would see modules that are none of its own.

const fs = require('fs');
const path = require('path');
const vm = require('vm');

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];
const { readFileSync } = fs;

// What must be there once, and was loaded before anything was patched.
const loaded = new Map([
  ['./originals.cjs', require('./originals.cjs')],
  ['./replaced.cjs', require('./replaced.cjs')],
]);

/** What a file beside this one, or a module of Node, exports. */
function own(name) {
  if (!name.startsWith('./')) return process.getBuiltinModule ? process.getBuiltinModule(name) : require(name);
  if (!loaded.has(name)) {
    const file = path.join(__dirname, name);
    const module = { exports: {} };
    loaded.set(name, module.exports);
    vm.compileFunction(readFileSync(file, 'utf8'), PARAMETERS, { filename: file })(module.exports, own, module, file, __dirname);
    loaded.set(name, module.exports);
  }
  return loaded.get(name);
}

module.exports = { own };
