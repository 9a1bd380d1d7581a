'use strict';
// The log: lines are formatted and written by a worker thread, so that no request waits for them.

const path = require('node:path');
const pino = require('pino');

const transport = pino.transport({ target: path.join(__dirname, 'transport.js'), options: { service: 'orders' } });

const log = pino({ base: null, redact: ['token'], level: 'info' }, transport);

module.exports = { log };
