'use strict';
// What tells a call from others: text, numbers and truth values by themselves, other arguments by text that no two
// different ones have.

// What no plain text that is its own key begins with.
const MARK = '\u0000';
const DEEPEST = 32;

/** The key of a call; `undefined` where an argument has no such form. */
function keyOf(args) {
  if (args.length === 1) {
    const [only] = args;
    if (typeof only === 'string' ? !only.startsWith(MARK) : typeof only === 'number') return only;
  }
  const parts = [];
  return args.every((argument) => write(parts, argument, 0)) ? MARK + parts.join('') : undefined;
}

/** A key as all processes write it. */
function textOf(key) {
  return typeof key === 'number' ? `${MARK}n${Object.is(key, -0) ? '-0' : key};` : key;
}

function write(parts, value, depth) {
  switch (typeof value) {
    case 'string':
      return add(parts, `s${value.length}:`, value);
    case 'number':
      return add(parts, `n${Object.is(value, -0) ? '-0' : value};`);
    case 'bigint':
      return add(parts, `i${value};`);
    case 'boolean':
      return add(parts, value ? 't' : 'f');
    case 'undefined':
      return add(parts, 'u');
    case 'object':
      return value === null ? add(parts, 'l') : depth < DEEPEST && writeObject(parts, value, depth + 1);
    default:
      return false;
  }
}

function writeObject(parts, value, depth) {
  if (Array.isArray(value)) {
    add(parts, `[${value.length}:`);
    for (const item of value) if (!write(parts, item, depth)) return false;
    return true;
  }
  if (value instanceof Uint8Array)
    return add(parts, `x${value.length}:`, Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'));
  if (value instanceof Date) return add(parts, `d${value.getTime()};`);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A symbol's value tells two objects apart as well, and has no text.
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const names = Object.keys(value).sort();
  add(parts, `{${names.length}:`);
  return names.every((name) => write(parts, name, depth) && write(parts, value[name], depth));
}

function add(parts, ...texts) {
  parts.push(...texts);
  return true;
}

module.exports = { keyOf, textOf };
