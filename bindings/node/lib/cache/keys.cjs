'use strict';
// What tells a call from others: text and numbers by themselves, other arguments by text that no two different ones have.

const { hasBytesAlone, hasItemsAlone } = require('./plain.cjs');

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
  const writer = new Writer();
  return args.every((argument) => writer.write(argument, 0)) ? writer.text : undefined;
}

/** A key as all processes write it. */
function textOf(key) {
  if (typeof key === 'number') return `${MARK}n${key};`;
  // Half of a surrogate pair has no form in UTF-8.
  return key.isWellFormed() ? key : `${MARK}w${Buffer.from(key, 'utf16le').toString('base64')}`;
}

/** Writes values one after the other; each method says whether a value has a form. */
class Writer {
  text = MARK;
  #left = MOST_PARTS;

  write(value, depth) {
    switch (typeof value) {
      case 'string':
        return this.#add(`s${value.length}:${value}`);
      case 'number':
        return this.#add(Object.is(value, -0) ? 'n-0;' : `n${value};`);
      case 'bigint':
        return this.#add(`i${value};`);
      case 'boolean':
        return this.#add(value ? 't' : 'f');
      case 'undefined':
        return this.#add('u');
      case 'object':
        return value === null ? this.#add('l') : depth < DEEPEST && this.#writeObject(value, depth + 1);
      default:
        return false;
    }
  }

  #writeObject(value, depth) {
    switch (Object.getPrototypeOf(value)) {
      case Array.prototype:
        return value.length <= MOST_PARTS && hasItemsAlone(value) && this.#writeItems(value, depth);
      case Buffer.prototype:
        return hasBytesAlone(value) && this.#add(`b${value.toString('base64')};`);
      case Uint8Array.prototype:
        return hasBytesAlone(value) && this.#add(`x${Buffer.from(value).toString('base64')};`);
      case Date.prototype:
        return Reflect.ownKeys(value).length === 0 && this.#add(`d${value.getTime()};`);
      case Object.prototype:
      case null:
        return this.#writeMembers(value, depth);
      default:
        return false;
    }
  }

  #writeItems(value, depth) {
    return this.#add(`[${value.length}:`) && value.every((item) => this.write(item, depth));
  }

  #writeMembers(value, depth) {
    const names = Object.keys(value).sort();
    // Members that have no name tell objects apart too.
    if (Reflect.ownKeys(value).length !== names.length || !this.#add(`{${names.length}:`)) return false;
    return names.every((name) => this.write(name, depth) && this.write(value[name], depth));
  }

  #add(text) {
    this.text += text;
    this.#left -= 1;
    return this.#left >= 0;
  }
}

module.exports = { isItsOwnKey, keyOf, textOf };
