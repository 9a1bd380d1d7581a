'use strict';
// Every directory of testdata/functions/node, through the launcher.

const assert = require('node:assert/strict');
const os = require('node:os');
const { test } = require('node:test');
const { names, read, run } = require('./support/cases.cjs');

function check(outcome, { stdout = '', stderr = '', ...expected }) {
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'message') assert.ok(outcome.message.includes(value), `"${value}" in "${outcome.message}"`);
    else if (name === 'signal') assert.equal(os.constants.signals[outcome.signal], value);
    else assert.deepEqual(outcome[name], value, `${name}: ${outcome.message ?? ''} ${outcome.stderr}`);
  }
  assert.ok(outcome.stdout.includes(stdout), `stdout: ${outcome.stdout.slice(0, 500)}`);
  assert.ok(outcome.stderr.includes(stderr), `stderr: ${outcome.stderr.slice(0, 500)}`);
}

test('functions of testdata', { concurrency: 4 }, async (t) => {
  const all = names().map((name) => t.test(name, async () => check(await run(name), read(name).expect)));
  await Promise.all(all);
});
