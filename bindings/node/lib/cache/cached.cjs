'use strict';
// A function whose results are remembered.

const { isItsOwnKey } = require('./keys.cjs');
const { Obtaining } = require('./obtaining.cjs');
const { read } = require('./options.cjs');
const { Tiers } = require('./tiers.cjs');

// What `cached` knows beside the options of `Cache`.
const OWN = ['key', 'namespace'];

// The text of all bound functions, and of others that are not JavaScript.
const NO_TEXT = /\{\s*\[native code\]\s*\}$/;

function cached(fn, options = {}) {
  if (typeof fn !== 'function')
    throw new TypeError(`what is cached is a function, not ${fn === null ? 'null' : typeof fn}`);
  const settings = read(options, OWN);
  const { key: keyFor, tagsFor, policy } = settings;
  const tiers = new Tiers(nameOf(fn, settings), codeOf(fn, settings), settings);
  const obtaining = new Obtaining(tiers, settings.wait);
  const keyOf = (self, args) => tiers.keyOf(keyFor === undefined ? args : [keyFor.apply(self, args)]);

  async function reach(how, key, self, args) {
    const own = tagsFor === undefined ? policy : policy.with({ tags: tagsFor.apply(self, args) });
    return how.call(obtaining, key, own, () => fn.apply(self, args));
  }

  function call(only) {
    let key = only;
    // The usual call is its own key, and makes no array.
    if (arguments.length !== 1 || keyFor !== undefined || !isItsOwnKey(only)) {
      try {
        key = keyOf(this, [...arguments]);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const entry = tiers.fresh(key);
    if (entry !== undefined) return (entry.promise ??= Promise.resolve(entry.value));
    return reach(obtaining.obtain, key, this, [...arguments]);
  }

  Object.defineProperties(call, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
  return Object.assign(call, {
    /** Forgets the value of a call; whether there was one. */
    invalidate: (...args) => tiers.delete(keyOf(undefined, args)),
    /** Computes the value of a call anew, keeps it and gives it. */
    refresh: async (...args) => reach(obtaining.refresh, keyOf(undefined, args), undefined, args),
    /** Forgets all values that have a tag, in all processes. */
    invalidateTag: (tag) => tiers.invalidate(tag),
    /** Forgets all values; other processes notice within a second. */
    clear: () => tiers.clear(),
    /** What was found and what was not, and what the process holds. */
    cacheInfo: () => tiers.info(),
  });
}

function nameOf(fn, { isShared, namespace }) {
  if (namespace !== undefined) return namespace;
  if (isShared)
    throw new TypeError(
      'scope "node" takes a namespace: what a function closes over does not show, and what two functions share is told ' +
        "by its name; cached(fn, {scope: 'node', namespace: 'rates'})",
    );
  return fn.name || 'a function';
}

/** What tells a function from others of its namespace. That of a `Cache` begins otherwise. */
function codeOf(fn, { isShared, key = null, version }) {
  const texts = [fn, key].map((part) => part && String(part));
  if (isShared && version === '' && texts.some((text) => NO_TEXT.test(text)))
    throw new TypeError(
      'scope "node" tells functions by their text, which bound and native ones do not have; cache a function that calls it, ' +
        "or say what it is with version; cached((id) => rates.read(id), {scope: 'node', namespace: 'rates'})",
    );
  return `function ${JSON.stringify([...texts, version])}`;
}

module.exports = { cached };
