'use strict';
// Functions that take the place of Node's own, and look like them.

/** Puts what `make` makes of a function in its place. */
function replace(holder, name, make) {
  const original = holder[name];
  if (typeof original !== 'function') return;
  const made = make(original);
  Object.defineProperty(made, 'name', { value: original.name });
  Object.defineProperty(made, 'length', { value: original.length });
  // `fs.realpath.native` and what else hangs on it; `util.promisify` has its own symbol.
  for (const key of Reflect.ownKeys(original)) if (!(key in made)) made[key] = original[key];
  holder[name] = made;
}

module.exports = { replace };
