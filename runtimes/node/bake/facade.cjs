'use strict';
// ES modules that do no more than pass a CommonJS module on to those who `require` them, as Node's documentation
// has packages of both forms do it. They need no ES module loader, which is not there while a snapshot is built.

const FACADE = /^import\s+([\w$]+)\s+from\s+(['"])(\.\.?\/[^'"]+)\2;?(?:\s*export\s+default\s+\1;?|\s*export\s*\{\s*\1\s+as\s+(?:'module\.exports'|"module\.exports")\s*(?:,\s*\1\s+as\s+default\s*)?\};?)+$/;
const COMMENTS = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;

/** What a source passes on, if that is all it does: the request in it. */
function passedOn(source) {
  const found = FACADE.exec(source.replace(COMMENTS, '').trim());
  return found && /as\s+['"]module\.exports/.test(source) ? found[3] : null;
}

module.exports = { passedOn };
