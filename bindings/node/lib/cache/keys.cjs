'use strict';
// What tells a call from others: text and numbers by themselves, other arguments by text that no two different ones have.

// What no text that is its own key begins with.
const MARK = '\0';
const DEEPEST = 32;
const MOST_PARTS = 10_000;

/** Whether an argument by itself tells a call from others. */
function isItsOwnKey(only) {
  if (typeof only === 'string') return only.charCodeAt(0) !== 0;
  // A map takes -0 for 0.
  return typeof only === 'number' && (only !== 0 || Object.is(only, 0));
}

/** The key of a call; `undefined` where an argument has no such form. */
function keyOf(args) {
  if (args.length === 1 && isItsOwnKey(args[0])) return args[0];
  const parts = [MARK];
  return args.every((argument) => write(parts, argument, 0)) ? parts.join('') : undefined;
}

/** A key as all processes write it. */
function textOf(key) {
  if (typeof key === 'number') return `${MARK}n${key};`;
  // Half of a surrogate pair has no form in UTF-8.
  return key.isWellFormed() ? key : `${MARK}w${Buffer.from(key, 'utf16le').toString('base64')}`;
}

/** Adds a value's text; whether it has one. */
function write(parts, value, depth) {
  switch (typeof value) {
    case 'string':
      return parts.push('s', value.length, ':', value) <= MOST_PARTS;
    case 'number':
      return parts.push('n', Object.is(value, -0) ? '-0' : value, ';') <= MOST_PARTS;
    case 'bigint':
      return parts.push('i', value, ';') <= MOST_PARTS;
    case 'boolean':
      return parts.push(value ? 't' : 'f') <= MOST_PARTS;
    case 'undefined':
      return parts.push('u') <= MOST_PARTS;
    case 'object':
      if (value === null) return parts.push('l') <= MOST_PARTS;
      return depth < DEEPEST && parts.length <= MOST_PARTS && writeObject(parts, value, depth + 1);
    default:
      return false;
  }
}

function writeObject(parts, value, depth) {
  switch (Object.getPrototypeOf(value)) {
    case Array.prototype:
      parts.push('[', value.length, ':');
      return value.length <= MOST_PARTS && Array.from(value).every((item) => write(parts, item, depth));
    case Buffer.prototype:
      return parts.push('b', value.toString('base64'), ';') <= MOST_PARTS;
    case Uint8Array.prototype:
      return parts.push('x', Buffer.from(value).toString('base64'), ';') <= MOST_PARTS;
    case Date.prototype:
      return parts.push('d', value.getTime(), ';') <= MOST_PARTS;
    case Object.prototype:
    case null:
      return writeMembers(parts, value, depth);
    default:
      return false;
  }
}

function writeMembers(parts, value, depth) {
  const names = Object.keys(value).sort();
  // Members that have no name tell objects apart too.
  if (Reflect.ownKeys(value).length !== names.length) return false;
  parts.push('{', names.length, ':');
  return names.every((name) => write(parts, name, depth) && write(parts, value[name], depth));
}

module.exports = { isItsOwnKey, keyOf, textOf };
