'use strict';
// What the recorder of a trial sees by itself, without the kernel's help; a script stands in for the launcher.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { createPackage } = require('./support/package.cjs');

const SCRIPTS = path.join(__dirname, '../trial');

/** Runs a program under the recorder; what it printed, and what was recorded of its files. */
function observe(t, files, main = 'main.cjs') {
  const directory = createPackage(t, files);
  const scripts = createPackage(t, {});
  for (const name of fs.readdirSync(SCRIPTS)) {
    fs.copyFileSync(path.join(SCRIPTS, name), path.join(scripts, name));
  }
  const options = ['--no-warnings', '--require', path.join(scripts, 'observe.cjs'), path.join(directory, main)];
  const done = spawnSync(process.execPath, options, { cwd: directory, encoding: 'utf8', timeout: 60_000 });
  assert.equal(done.stderr, '');
  assert.equal(done.status, 0);
  const record = fs.readFileSync(path.join(scripts, 'record'), 'utf8').split('\0');
  const below = record.filter((entry) => entry.slice(1).startsWith(`${directory}/`));
  const seen = below.map((entry) => entry[0] + entry.slice(directory.length + 2));
  return { seen: new Set(seen), stdout: done.stdout };
}

function assertSeen(seen, entries) {
  assert.deepEqual(
    entries.filter((entry) => !seen.has(entry)),
    [],
    [...seen].join(' '),
  );
}

test('files are seen however they are opened', (t) => {
  const names = ['sync', 'back', 'promise', 'handle', 'stream', 'named', 'bytes'];
  const files = Object.fromEntries(names.map((name) => [`data/${name}`, name]));
  files['main.mjs'] = `
    import fs, { readFileSync } from 'node:fs';
    import { open, readFile } from 'node:fs/promises';
    import { once } from 'node:events';
    fs.readFileSync('data/sync');
    await new Promise((resolve) => fs.readFile('./data/back', resolve));
    await readFile(new URL('./data/promise', import.meta.url));
    await (await open('data/handle')).close();
    await once(fs.createReadStream('data/stream').resume(), 'end');
    readFileSync('data/named');
    fs.closeSync(fs.openSync(Buffer.from('data/bytes')));
    fs.writeFileSync('data/written', '');
    fs.closeSync(fs.openSync('data/written', 'w'));
    try { fs.readFileSync('data/missing'); } catch {}`;
  const { seen } = observe(t, files, 'main.mjs');
  assertSeen(seen, [...names.map((name) => `fdata/${name}`), 'fdata/missing', 'mmain.mjs']);
  assert.ok(!seen.has('fdata/written'));
});

test('modules of both kinds are seen', (t) => {
  const { seen } = observe(t, {
    'main.cjs': `require('./a'); import('./b.mjs'); require('dep'); require('fs'); import('node:path');`,
    'a/index.js': '',
    'b.mjs': `import './c.cjs'; import 'dep';`,
    'c.cjs': '',
    'unused.cjs': '',
    'node_modules/dep/package.json': '{"exports": {"import": "./i.mjs", "require": "./r.cjs"}}',
    'node_modules/dep/i.mjs': '',
    'node_modules/dep/r.cjs': '',
  });
  const modules = ['a/index.js', 'b.mjs', 'c.cjs', 'node_modules/dep/i.mjs', 'node_modules/dep/r.cjs'];
  assertSeen(
    seen,
    modules.map((name) => `m${name}`),
  );
  assert.ok(!seen.has('munused.cjs'));
});

test('threads, forks, addons and directories are seen', (t) => {
  const { seen } = observe(t, {
    'main.cjs': `
      const fs = require('fs');
      new (require('worker_threads').Worker)('./reads.cjs', { argv: ['data/thread'] });
      require('child_process').fork('./reads.cjs', ['data/fork']);
      try { require('./addon.node'); } catch {}
      fs.readdirSync('data');
      fs.promises.readdir('.');`,
    'reads.cjs': `require('fs').readFileSync(process.argv[2]);`,
    'addon.node': 'not one',
    'data/thread': '',
    'data/fork': '',
  });
  assertSeen(seen, ['fdata/thread', 'fdata/fork', 'saddon.node', 'ddata']);
});

test('patched functions look as they did', (t) => {
  const { stdout } = observe(t, {
    'main.cjs': `
      const fs = require('fs');
      const { promisify } = require('util');
      console.log(fs.readFile.name, fs.readFileSync.length, typeof promisify(fs.readFile), fs === require('node:fs'));
      promisify(fs.readFile)('main.cjs', 'utf8').then((text) => console.log(text.length > 10));`,
  });
  assert.equal(stdout, 'readFile 2 function true\ntrue\n');
});
