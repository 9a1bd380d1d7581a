'use strict';
// Hooks: one registry, whoever asks for it.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { beforeEach, test } = require('node:test');

const PACKAGE = path.join(__dirname, '..');
const REGISTRY = Symbol.for('headstart.hooks');
const KINDS = ['prewarm', 'beforeFreeze', 'afterThaw', 'beforeSnapshot', 'afterRestore', 'shutdown'];

beforeEach(() => delete globalThis[REGISTRY]);

test('each kind registers in order, twice if asked twice, and returns the hook', () => {
  const headstart = require('..');
  for (const kind of KINDS) {
    const [first, second] = [() => {}, () => {}];
    assert.equal(headstart[kind](first), first);
    headstart[kind](second);
    headstart[kind](first);
    assert.deepEqual(globalThis[REGISTRY][kind], [first, second, first]);
    assert.equal(headstart[kind].name, kind);
  }
});

test('what is no function is refused where it is registered', () => {
  for (const value of [undefined, null, 'connect', {}]) {
    assert.throws(() => require('..').prewarm(value), {
      name: 'TypeError',
      message: /^prewarm takes a function, not /,
    });
  }
});

test('ESM and CommonJS share the registry', async () => {
  const common = require('..');
  const module = await import('../index.mjs');
  const hooks = KINDS.map((kind) => [common[kind](() => {}), module[kind](() => {})]);
  assert.deepEqual(
    KINDS.map((kind) => globalThis[REGISTRY][kind]),
    hooks,
  );
  assert.equal(module.default, common);
});

test('two copies of the package share the registry', (t) => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'headstart-copy-'));
  t.after(() => fs.rmSync(copy, { recursive: true }));
  for (const name of ['index.cjs', 'lib', 'package.json'])
    fs.cpSync(path.join(PACKAGE, name), path.join(copy, name), { recursive: true });
  const other = require(copy);
  assert.notEqual(other.prewarm, require('..').prewarm);
  const hooks = [require('..').prewarm(() => {}), other.prewarm(() => {})];
  assert.deepEqual(globalThis[REGISTRY].prewarm, hooks);
});

test('ESM exports what CommonJS does', async () => {
  const named = { ...(await import('../index.mjs')) };
  delete named.default;
  // Newer versions of Node give a module of CommonJS under this name as well.
  delete named['module.exports'];
  assert.deepEqual(Object.keys(named).sort(), Object.keys(require('..')).sort());
});
