'use strict';
// Writes down what a process opens, as it happens: a record survives whatever ends the process. One entry: a
// letter, the path's bytes, a zero byte. `m`: a module was resolved. `f`: a file was opened. `d`: a directory
// was listed. `s`: an addon was loaded. Paths that were tried and are not there stand in it too.

const fs = require('fs');
const path = require('path');
const { fileURLToPath } = require('url');

const { openSync, writeSync } = fs;
const { cwd } = process;
const seen = new Set();
let descriptor;

/** Notes a path as users of `fs` write it: text, bytes, a URL; never throws. */
function note(kind, given) {
  try {
    const file = asText(given);
    if (file === undefined) return;
    const entry = `${kind}${path.isAbsolute(file) ? file : path.resolve(cwd(), file)}\0`;
    if (seen.has(entry)) return;
    seen.add(entry);
    descriptor ??= openSync(path.join(__dirname, 'record'), 'a', 0o600);
    writeSync(descriptor, entry);
  } catch {
    // What cannot be written down must not change what the function sees.
  }
}

function asText(given) {
  if (typeof given === 'string') return given.startsWith('file:') ? fileURLToPath(given) : given;
  if (given instanceof URL) return given.protocol === 'file:' ? fileURLToPath(given) : undefined;
  return Buffer.isBuffer(given) ? given.toString() : undefined;
}

module.exports = { note };
