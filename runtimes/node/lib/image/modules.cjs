'use strict';
// Serves CommonJS modules from an image, below everything that others may hook into: who replaces Node's functions
// later replaces these, and sees each module as before.

const Module = require('module');
const path = require('path');
const { ImageError } = require('./archive.cjs');
const { run, script, silence } = require('./script.cjs');

class Modules {
  constructor(files) {
    this.files = files;
    this.isBroken = false;
    this.given = null;
  }

  install() {
    const { _compile: compile } = Module.prototype;
    const { _resolveFilename: resolve, _extensions: extensions } = Module;
    const { '.js': loadScript, '.json': loadJson } = extensions;
    const served = this;
    Module._resolveFilename = function _resolveFilename(request, parent, isMain, options) {
      const found = options === undefined && parent?.filename ? served.find(request, parent.filename) : undefined;
      return found ?? Reflect.apply(resolve, this, [request, parent, isMain, options]);
    };
    extensions['.js'] = function (module, filename) {
      const source = served.source(filename, 'script');
      if (source === undefined) return Reflect.apply(loadScript, this, [module, filename]);
      return module._compile(source, filename, 'commonjs');
    };
    extensions['.json'] = function (module, filename) {
      const source = served.source(filename, 'json');
      const value = source === undefined ? undefined : parse(source);
      if (value === undefined) Reflect.apply(loadJson, this, [module, filename]);
      else module.exports = value;
    };
    Module.prototype._compile = function _compile(source, filename, format) {
      const compiled = served.compiled(source, filename);
      if (compiled === undefined) return Reflect.apply(compile, this, [source, filename, format]);
      return run(compiled, this, filename, path.dirname(filename));
    };
  }

  /** What `work` gives; nothing once the image has turned out to be damaged. */
  guard(work) {
    if (this.isBroken) return undefined;
    try {
      return work(this.files);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      this.isBroken = true;
      this.files.say(`the image is not used any more: ${error.message}`);
      return undefined;
    }
  }

  find(request, from) {
    return this.guard((files) => files.find(path.dirname(from), request));
  }

  source(filename, kind) {
    return this.guard((files) => {
      const number = files.number(filename, kind);
      if (number === undefined) return undefined;
      this.given = { filename, number, source: files.source(number) };
      return this.given.source;
    });
  }

  /** The script of a source that this image has given, with its code; of one that somebody has changed, nothing. */
  compiled(source, filename) {
    const { given } = this;
    if (given === null || given.filename !== filename || given.source !== source) return undefined;
    this.given = null;
    return this.guard((files) => {
      if (files.imports(given.number) && !silence()) return undefined;
      const code = this.isRejected ? undefined : files.code(given.number);
      const compiled = script(source, filename, code);
      // V8 compares its version and its flags; what it has rejected once it will reject again.
      this.isRejected ||= compiled.cachedDataRejected === true;
      return compiled;
    });
  }
}

/** The value of JSON text; nothing where it is none, of which Node tells more. */
function parse(source) {
  try {
    return JSON.parse(source.startsWith('\ufeff') ? source.slice(1) : source);
  } catch {
    return undefined;
  }
}

module.exports = { Modules };
