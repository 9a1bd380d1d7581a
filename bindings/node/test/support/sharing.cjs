'use strict';
// What tests of the node's tier share: the installed package, a directory for each test, and processes that ask.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const installed = process.env.HEADSTART_PACKAGE;
const skip = installed ? false : 'HEADSTART_PACKAGE names no installed package';

/** A directory that goes with the test. */
function directoryFor(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'headstart-cache-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The files of all entries below a directory. */
function entries(directory) {
  const files = fs.readdirSync(directory, { recursive: true }).map((name) => path.join(directory, name));
  return files.filter((file) => /\/[0-3][0-9a-f]\/[0-9a-f]{64}$/.test(file));
}

/** Starts a process that runs a script with `cached` and `Cache`; its output is in `text`, and `ended` is its exit. */
function start(script, environment = {}) {
  const source = `const { Cache, cached } = require(${JSON.stringify(installed)});\n${script}`;
  const child = spawn(process.execPath, ['-e', source], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = { child, text: '', errors: '' };
  child.stdout.on('data', (data) => (started.text += data));
  child.stderr.on('data', (data) => (started.errors += data));
  started.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  return started;
}

/** Waits until something holds, for ten seconds at most. */
async function until(holds) {
  for (const begun = Date.now(); Date.now() - begun < 10_000; ) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`it took too long until ${holds}`);
}

module.exports = { directoryFor, entries, installed, skip, start, until };
