'use strict';
// The native part: found by platform and loaded at first use.

const fs = require('fs');
const path = require('path');

const BESIDE = path.join(__dirname, '..', 'headstart.node');
// Bytes of the program's beginning, among which its dynamic loader is named.
const HEAD = 4096;

/** `linux-x64-gnu`, `linux-arm64-musl`, `darwin-arm64`. */
function platformName() {
  const name = `${process.platform}-${process.arch}`;
  return process.platform === 'linux' ? `${name}-${libc()}` : name;
}

/** The C library that this Node itself uses, whatever others are installed. */
function libc() {
  try {
    const file = fs.openSync(process.execPath, 'r');
    const head = Buffer.alloc(HEAD);
    fs.readSync(file, head, 0, HEAD, 0);
    fs.closeSync(file);
    return head.includes('/ld-musl-') ? 'musl' : 'gnu';
  } catch {
    return 'gnu';
  }
}

function isAbsent(error, name) {
  return error.code === 'MODULE_NOT_FOUND' && error.message.includes(name);
}

function load() {
  const name = `@headstart/${platformName()}`;
  for (const candidate of [name, BESIDE]) {
    try {
      return require(candidate);
    } catch (error) {
      // One that is there and does not load says why itself.
      if (!isAbsent(error, candidate)) throw error;
    }
  }
  throw new Error(
    `headstart has no native part for ${platformName()}: neither the package ${name} nor headstart.node is there; ` +
      'install headstart again without --omit=optional',
  );
}

let loaded;

/** The functions of the native part. */
function native() {
  loaded ??= load();
  return loaded;
}

/** The same where they are loaded. */
function loadedNative() {
  return loaded;
}

module.exports = { loadedNative, native, platformName };
