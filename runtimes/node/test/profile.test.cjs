'use strict';
// What the profiler of modules sees; a launcher of a few lines stands in for the real one.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { mark } = require('../trial/marks.cjs');
const { Rows } = require('../trial/rows.cjs');
const { createPackage } = require('./support/package.cjs');

const SCRIPTS = path.join(__dirname, '../trial');
const LAUNCHER = {
  'boot.cjs': `
    const entry = require('./lib/entry.cjs');
    const invoke = require('./lib/invoke.cjs');
    entry.load(process.argv[2]).then((handler) => invoke.invoke(handler, 1, {}, { settle() {}, fail() {} }));`,
  'lib/entry.cjs': `
    exports.load = async (file) => (file.endsWith('.mjs') ? import(file) : require(file));`,
  'lib/invoke.cjs': `
    exports.invoke = (module, request, invocation, worker) =>
      Promise.resolve(module.handler?.()).then((value) => worker.settle(request, value));`,
};

/** Runs a program under the profiler; its rows by file. */
function profile(t, files, main, script = 'profile.cjs') {
  const directory = createPackage(t, files);
  const launcher = createPackage(t, LAUNCHER);
  const scripts = createPackage(t, {});
  for (const name of fs.readdirSync(SCRIPTS)) {
    fs.copyFileSync(path.join(SCRIPTS, name), path.join(scripts, name));
  }
  const required = path.join(scripts, script);
  const options = ['--no-warnings', '--require', required, path.join(launcher, 'boot.cjs'), path.join(directory, main)];
  const done = spawnSync(process.execPath, options, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(done.stderr, '');
  const report = JSON.parse(fs.readFileSync(path.join(scripts, 'profile.json'), 'utf8'));
  const name = (file) => path.relative(directory, file);
  const rows = report.rows.map((row) => ({
    ...row,
    within: row.parent === null ? null : name(report.rows[row.parent].file),
  }));
  return { rows: Object.fromEntries(rows.map((row) => [name(row.file), row])), ...report.phases, esModules: report.es_modules, stdout: done.stdout };
}

const sleep = (time) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${time});`;

test('modules that are required stand below what requires them', (t) => {
  const { rows, init, first } = profile(
    t,
    {
      'main.cjs': `require('./a.cjs'); require('./a.cjs'); exports.handler = () => require('./late.cjs');`,
      'a.cjs': `require('./b.cjs'); ${sleep(20)}`,
      'b.cjs': `${sleep(40)} try { require('./bad.cjs'); } catch {}`,
      'bad.cjs': 'throw new Error();',
      'late.cjs': '',
    },
    'main.cjs',
  );
  assert.deepEqual(
    Object.entries(rows).map(([name, row]) => [name, row.within, row.phase, row.failed]),
    [
      ['main.cjs', null, 'init', false],
      ['a.cjs', 'main.cjs', 'init', false],
      ['b.cjs', 'a.cjs', 'init', false],
      ['bad.cjs', 'b.cjs', 'init', true],
      ['late.cjs', null, 'first', false],
    ],
  );
  assert.ok(rows['b.cjs'].self_ns >= 39e6 && rows['a.cjs'].self_ns >= 19e6);
  assert.ok(rows['main.cjs'].self_ns < 19e6);
  assert.ok(init >= 59e6 && first > 0);
});

test('ES modules are timed from mark to mark', (t) => {
  const { rows, stdout } = profile(
    t,
    {
      'main.mjs': `import './a.mjs'; import './waits.mjs'; import './c.cjs'; export const handler = () => import('./late.mjs');`,
      'a.mjs': `#!/usr/bin/env node\nimport './b.mjs'; ${sleep(20)} console.log(import.meta.url.slice(-5)); // end`,
      'b.mjs': `${sleep(40)}`,
      'waits.mjs': `await 1; console.log(new Error().stack.split('\\n')[1].replace(/^.*:(\\d+):\\d+\\)?$/, 'line $1'));`,
      'c.cjs': sleep(30),
      'late.mjs': '',
    },
    'main.mjs',
  );
  assert.equal(stdout, 'a.mjs\nline 1\n');
  assert.ok(rows['b.mjs'].self_ns >= 39e6 && rows['c.cjs'].self_ns >= 29e6);
  assert.ok(rows['a.mjs'].self_ns >= 19e6 && rows['a.mjs'].self_ns < 39e6);
  assert.deepEqual([rows['b.mjs'].within, rows['a.mjs'].within], ['a.mjs', 'main.mjs']);
  assert.equal(rows['late.mjs'].phase, 'first');
});

test('ES modules are told apart, and are left alone where none are expected', (t) => {
  const files = { 'main.cjs': `require('./a.cjs'); exports.handler = () => import('./late.mjs');`, 'a.cjs': '', 'late.mjs': '' };
  const both = profile(t, files, 'main.cjs');
  assert.deepEqual([both.esModules, Object.keys(both.rows).length], [1, 3]);
  const commonJs = profile(t, files, 'main.cjs', 'requires.cjs');
  assert.deepEqual([commonJs.esModules, Object.keys(commonJs.rows)], [0, ['main.cjs', 'a.cjs']]);
});

test('memory is measured in a run of its own', (t) => {
  const { rows } = profile(
    t,
    { 'main.cjs': `global.kept = Buffer.alloc(64 << 20, 1);` },
    'main.cjs',
    'memory.cjs',
  );
  assert.ok(rows['main.cjs'].self_bytes > 50 << 20, JSON.stringify(rows));
});

test('marks move nothing', () => {
  const lines = (text) => text.split('\n').length;
  const source = '#!/usr/bin/env node\nimport "x";\n// no line break at the end';
  const marked = mark(source, 'file:///x.mjs', undefined);
  assert.ok(marked.startsWith('#!/usr/bin/env node\nglobalThis'));
  assert.equal(lines(marked), lines(source) + 1);
  assert.equal(mark(Buffer.from('1'), 'file:///x.mjs', 'file:///y.mjs'), mark('1', 'file:///x.mjs', 'file:///y.mjs'));
});

test('rows that an exception leaves open end with the one around them', () => {
  const rows = new Rows();
  rows.enter('init');
  const outer = rows.open('outer', undefined);
  const inner = rows.open('inner', undefined);
  rows.close(outer);
  rows.close(inner);
  rows.leave('init');
  const { rows: told } = rows.report();
  assert.deepEqual(
    told.map(({ name, parent }) => [name, parent]),
    [
      ['outer', null],
      ['inner', 0],
    ],
  );
  assert.ok(told.every((row) => row.self_ns >= 0));
});
