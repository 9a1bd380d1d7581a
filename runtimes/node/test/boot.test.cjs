'use strict';
// What the first file does before there is a connection.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { BOOT } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

function run(...args) {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

test('--probe says what the interpreter is', () => {
  const { stdout, status } = run(BOOT, '--probe');
  assert.equal(status, 0);
  assert.equal(stdout.split('\n').length, 2);
  const { implementation, version, executable, v8 } = JSON.parse(stdout);
  assert.deepEqual(
    [implementation, version, executable, v8],
    ['node', process.versions.node, process.execPath, process.versions.v8],
  );
});

test('a Node that is too old says so in one line', (t) => {
  const directory = createPackage(t, {
    'old.cjs': "Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } });\n",
  });
  const { stderr, status } = run('--require', path.join(directory, 'old.cjs'), BOOT, '3');
  assert.equal(status, 3);
  assert.match(stderr, /^headstart: Node 18\.20\.4 is too old, it takes Node 20 or newer\n$/);
});

test('without a descriptor the usage is told', () => {
  for (const argument of [[], ['three'], ['-1']]) {
    const { stderr, status } = run(BOOT, ...argument);
    assert.equal(status, 2);
    assert.match(stderr, /^headstart: usage: /);
  }
});

test('a descriptor that is not open ends the launcher with a word about it', () => {
  const { stderr, status } = run(BOOT, '999');
  assert.notEqual(status, 0);
  assert.match(stderr, /EBADF/);
});
