'use strict';
// What modules may change for others: the environment, globals, the prototypes of the language, Node's own modules. A module that is
// loaded after such a change may see it, and so cannot be loaded before.

const Module = require('module');

const LANGUAGE = ['Object', 'Function', 'Array', 'String', 'Number', 'RegExp', 'Error', 'Promise', 'Map', 'Set', 'Symbol', 'Date', 'JSON', 'Math', 'Reflect', 'Buffer'];
const OWN = ['fs', 'path', 'events', 'stream', 'util', 'crypto', 'timers', 'async_hooks', 'process', 'console'];

class Surroundings {
  constructor() {
    this.watched = watched();
    this.last = this.watched.map(([, object]) => picture(object));
  }

  /** What has changed since it was asked last: kinds, and the names of globals that are new. */
  changes() {
    const kinds = new Set();
    const added = [];
    this.watched.forEach(([kind, object], at) => {
      const now = picture(object);
      const before = this.last[at];
      if (isSame(now, before)) return;
      this.last[at] = now;
      const names = object === globalThis ? addedNames(now, before) : null;
      if (names) added.push(...names);
      else kinds.add(kind);
    });
    return { kinds: [...kinds], added };
  }
}

function isSame(now, before) {
  return now.length === before.length && now.every((it, at) => Object.is(it, before[at]));
}

/** The names that are new, where nothing else has changed; null where something has. */
function addedNames(now, before) {
  const values = new Map();
  for (let at = 0; at < now.length; at += 2) values.set(now[at], now[at + 1]);
  for (let at = 0; at < before.length; at += 2) {
    if (!values.has(before[at]) || !Object.is(values.get(before[at]), before[at + 1])) return null;
    values.delete(before[at]);
  }
  const names = [...values.keys()];
  return names.every((name) => typeof name === 'string') ? names : null;
}

function watched() {
  const language = [globalThis];
  for (const name of LANGUAGE) {
    language.push(globalThis[name]);
    if (globalThis[name].prototype) language.push(globalThis[name].prototype);
  }
  const node = [Module, Module.prototype, Module._extensions, ...OWN.map((name) => process.getBuiltinModule(name))];
  return [['environment', process.env], ...language.map((it) => ['language', it]), ...node.map((it) => ['node', it])];
}

/** Keys and what they hold; getters are not called. */
function picture(object) {
  const found = [];
  for (const key of Reflect.ownKeys(object)) {
    if (object === globalThis.process && key !== 'emit') continue;
    const { value, get } = Object.getOwnPropertyDescriptor(object, key);
    found.push(key, get ?? value);
  }
  return found;
}

module.exports = { Surroundings };
