'use strict';
// Runs in the worker thread: writes each record to standard error, short and with its trace.

const { writeSync } = require('node:fs');
const build = require('pino-abstract-transport');
const pino = require('pino');

const STANDARD_ERROR = 2;

module.exports = ({ service }) =>
  build(async (records) => {
    for await (const { level, msg, trace_id: trace, time, span_id, trace_flags, ...fields } of records) {
      const about = JSON.stringify(fields);
      writeSync(STANDARD_ERROR, `${service} ${pino.levels.labels[level]} ${msg} ${about} trace=${trace ?? '-'}\n`);
    }
  });
