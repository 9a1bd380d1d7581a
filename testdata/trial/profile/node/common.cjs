'use strict';
const inner = require('./inner');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
try {
  require('./failing.cjs');
} catch {}
module.exports = inner;
