'use strict';
// Files: those of the package are read as they were, which a start checks; all else is an effect.

const fs = require('fs');
const path = require('path');

const READING = new Set(['readFileSync', 'existsSync', 'statSync', 'lstatSync', 'accessSync', 'realpathSync']);

const { existsSync } = fs;

/** Files of the package are read as they were when the snapshot was built, which a start checks. */
function watchFiles(effects) {
  for (const [name, { value: original }] of Object.entries(Object.getOwnPropertyDescriptors(fs))) {
    if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
    const apply = (target, self, given) => {
      if (!effects.isBuilding || effects.isQuiet) return Reflect.apply(target, self, given);
      const file = inPackage(effects, given[0]);
      if (READING.has(name) && file && existsSync(file)) effects.note({ read: file });
      else effects.seen(`calls fs.${name}`);
      return Reflect.apply(target, self, given);
    };
    effects.replace(fs, name, new Proxy(original, { apply }));
  }
  effects.calls(fs.promises, Object.keys(fs.promises).filter((name) => typeof fs.promises[name] === 'function'), 'fs.promises');
}

function inPackage(effects, given) {
  const file = typeof given === 'string' ? path.resolve(given) : given instanceof URL && given.protocol === 'file:' ? require('url').fileURLToPath(given) : null;
  return file?.startsWith(`${effects.root}/`) ? file : null;
}

module.exports = { watchFiles };
