'use strict';
// Whatever gives something random.

const RANDOM = /^(random|getRandom|generate|createDiffie|createECDH|pseudoRandom|rng|prng|check|scrypt|pbkdf2|setEngine|setFips|secureHeap)/;

function watchRandom(effects) {
  const crypto = require('crypto');
  effects.calls(crypto, Object.keys(crypto).filter((name) => RANDOM.test(name)), 'crypto');
  effects.calls(Math, ['random'], 'Math');
  for (const it of [globalThis.crypto, globalThis.crypto.subtle]) {
    const prototype = Object.getPrototypeOf(it);
    const isCalled = (name) => typeof Object.getOwnPropertyDescriptor(prototype, name).value === 'function' && name !== 'constructor';
    effects.calls(prototype, Object.getOwnPropertyNames(prototype).filter(isCalled), 'crypto');
  }
}

module.exports = { watchRandom };
