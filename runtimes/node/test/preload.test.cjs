'use strict';
// Preload sets: what a stem has imported is what the function gets.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

const COUNT = '(globalThis.loads ??= []).push';
const MODULES = {
  'node_modules/plain/index.js': `${COUNT}('plain'); module.exports = {};`,
  'node_modules/esm-only/package.json': '{"type": "module", "exports": "./index.js"}',
  'node_modules/esm-only/index.js': `${COUNT}('esm-only'); export const x = 1;`,
  'node_modules/import-only/package.json': '{"exports": {"import": "./index.mjs"}}',
  'node_modules/import-only/index.mjs': `${COUNT}('import-only'); await null; export const x = 1;`,
  'node_modules/dual/package.json': '{"exports": {"import": "./index.mjs", "require": "./index.cjs"}}',
  'node_modules/dual/index.mjs': `${COUNT}('dual as ESM'); export const x = 1;`,
  'node_modules/dual/index.cjs': `${COUNT}('dual as CommonJS'); exports.x = 1;`,
  'node_modules/broken/index.js': "throw new RangeError('broken on purpose');",
  'lib/own.js': `${COUNT}('own');`,
};

async function preload(t, files, modules) {
  const directory = createPackage(t, { ...MODULES, ...files });
  const host = new Host();
  const { kind, body } = await host.welcome({ preload: { modules, path: directory } });
  assert.equal(kind, 'ready');
  return { host, directory, ready: body };
}

test('a CommonJS function gets what require gave', async (t) => {
  const source = `
    const before = [...loads];
    require('plain'); require('dual'); require('./lib/own.js'); require('node:os');
    exports.handler = async () => { await import('esm-only'); await import('import-only'); return [before, loads]; };`;
  const modules = ['plain', 'dual', 'esm-only', 'import-only', './lib/own.js', 'node:os', 'fs'];
  const { host, directory, ready } = await preload(t, { 'index.js': source }, modules);
  assert.deepEqual(ready.preload_failed, []);
  assert.ok(ready.timings_us.preload > 0);
  assert.equal((await host.specialize(directory)).kind, 'ready');
  const expected = ['plain', 'dual as CommonJS', 'esm-only', 'import-only', 'own'];
  assert.deepEqual((await host.invoke({})).body, [expected, expected]);
  await host.close();
});

test('an ESM function gets what import gave', async (t) => {
  const files = {
    'package.json': '{"type": "module"}',
    'index.js': `
      const before = [...loads];
      await Promise.all(['plain', 'dual', 'esm-only', './lib/own.js'].map((name) => import(name)));
      export const handler = async () => [before, loads];`,
  };
  const { host, directory, ready } = await preload(t, files, ['plain', 'dual', 'esm-only', './lib/own.js']);
  assert.deepEqual(ready.preload_failed, []);
  assert.equal((await host.specialize(directory)).kind, 'ready');
  const expected = ['plain', 'dual as ESM', 'esm-only', 'own'];
  assert.deepEqual((await host.invoke({})).body, [expected, expected]);
  await host.close();
});

test('a module that fails is named and the rest go on', async (t) => {
  const { host, ready } = await preload(t, {}, ['absent', 'broken', 'plain']);
  assert.deepEqual(
    ready.preload_failed.map(({ code, module, type }) => [code, module, type]),
    [
      ['preload.module_failed', 'absent', 'Error'],
      ['preload.module_failed', 'broken', 'RangeError'],
    ],
  );
  assert.match(ready.preload_failed[1].message, /broken on purpose/);
  await host.close();
});

test('a preload set without a path is looked up in the working directory', async () => {
  const host = new Host();
  const { body } = await host.welcome({ preload: { modules: ['node:zlib', './absent.js'] } });
  assert.deepEqual(
    body.preload_failed.map(({ module }) => module),
    ['./absent.js'],
  );
  await host.close();
});
