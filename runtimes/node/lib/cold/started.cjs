'use strict';
// Runs first in a thread or process that a function with cold files has started: installs them there too.

const { install } = require('./index.cjs');
const { own } = require('./own.cjs');
const { KEY, VARIABLE } = own('./starting.cjs');

/** What a process was told, which is then as if it had not been. */
function ofProcess() {
  const text = process.env[VARIABLE];
  if (!text) return null;
  const { packages, options } = JSON.parse(text);
  delete process.env[VARIABLE];
  if (options === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = options;
  return packages;
}

/** What a thread was told, which is then as if it had not been. */
function ofThread() {
  const { getEnvironmentData, setEnvironmentData } = require('worker_threads');
  const given = getEnvironmentData(KEY);
  if (!given) return [];
  setEnvironmentData(KEY, undefined);
  process.execArgv = given.execArgv;
  return given.packages;
}

for (const [directory, archive] of ofProcess() ?? ofThread()) {
  try {
    install(directory, undefined, archive);
  } catch (error) {
    process.stderr.write(`headstart: warning: cold files of ${directory} are not served: ${error.message}\n`);
  }
}
