'use strict';
// Compiles scripts as the image's reader does, and keeps what V8 made of them, so that a start need not.

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { LOADER, imports, run, script, silence } = require('../lib/image/script.cjs');

/** From now on: what is compiled, by file, with its source. */
function keepScripts() {
  const scripts = new Map();
  const { _compile: compile } = Module.prototype;
  Module.prototype._compile = function (source, filename, format) {
    const compiled = format !== 'module' && (LOADER || !imports(source)) ? tried(source, filename) : null;
    if (compiled === null) return Reflect.apply(compile, this, [source, filename, format]);
    scripts.set(filename, { compiled, source });
    return run(compiled, this, filename, path.dirname(filename));
  };
  return scripts;
}

/** Null for an ES module, or what is no JavaScript: Node tells. */
function tried(source, filename) {
  try {
    if (imports(source)) silence();
    return script(source, filename);
  } catch {
    return null;
  }
}

/** Writes the code of scripts, with the functions that have run, into a directory; the files' names by script. */
function writeCode(scripts, directory) {
  fs.mkdirSync(directory, { recursive: true });
  const names = {};
  for (const [number, [file, { compiled }]] of [...scripts].entries()) {
    names[file] = String(number);
    fs.writeFileSync(path.join(directory, names[file]), compiled.createCachedData());
  }
  return names;
}

module.exports = { keepScripts, writeCode };
