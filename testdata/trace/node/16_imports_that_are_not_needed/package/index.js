require('./dead.js'); require('./late.js'); require('./needed.js'); require('./exported.js'); require('./hidden.js');
const { call } = require('./called.js');
const { later } = require('./later.js');
require('./classes.js'); require('./wrapped.mjs'); require('./typed.ts'); require('./elements.jsx'); require('./compiled.js'); require('./built.js');
call();
exports.handler = async () => later();
