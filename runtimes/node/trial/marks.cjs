'use strict';
// Marks in the source of an ES module: Node has no hook around its evaluation. They add no line and stand after
// what is hoisted: the first runs when everything that the module imports has been evaluated.

const NAME = 'globalThis[Symbol.for("headstart.trial")]';
const KEY = Symbol.for('headstart.trial');

/** The source with marks that say which module begins and ends, and which one imports it. */
function mark(source, url, importer) {
  const text = typeof source === 'string' ? source : Buffer.from(source).toString();
  const begin = `${NAME}?.(${JSON.stringify(url)}, ${JSON.stringify(importer ?? null)});`;
  const end = `\n;${NAME}?.(${JSON.stringify(url)});`;
  const hashbang = /^#![^\n]*\n?/.exec(text)?.[0] ?? '';
  return hashbang + begin + text.slice(hashbang.length) + end;
}

module.exports = { KEY, mark };
