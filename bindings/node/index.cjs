'use strict';
// What `require('headstart')` gives. The host is loaded when it is first named.

module.exports = { ...require('./lib/hooks.cjs') };

for (const name of ['Host', 'HeadstartError']) {
  Object.defineProperty(module.exports, name, {
    enumerable: true,
    configurable: true,
    get() {
      const value = require('./lib/host.cjs')[name];
      Object.defineProperty(module.exports, name, { value, enumerable: true });
      return value;
    },
  });
}
