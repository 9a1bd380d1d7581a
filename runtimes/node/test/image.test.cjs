'use strict';
// Init images: the same answers with them as without, and none from what does not fit.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { test } = require('node:test');
const { FILL, HAS_SNAPSHOTS, answers, baked, damaged, same } = require('./support/baked.cjs');
const { pack } = require('./support/image.cjs');

const json = JSON.stringify;
const PLAIN = {
  'index.js': `${FILL} const dep = require('dep'); exports.handler = async () => dep();`,
  'node_modules/dep/package.json': json({ name: 'dep', main: 'lib/main.js' }),
  'node_modules/dep/lib/main.js': 'module.exports = () => "before";',
};

test('how packages say what is in them', async (t) => {
  const made = baked(t, {
    'index.js': `${FILL}
      exports.handler = async () => [
        require('dual').form, (await import('dual')).form, require('dual/deep/a'), require('own'), require('self-named'),
        require('./data.json'), require('./tool'), require('./folder'), require('sub/package.json').version,
      ];`,
    'data.json': '\ufeff{"some": "\u00e9\u4e2d"}',
    'tool.js': '#!/usr/bin/env node\nmodule.exports = "tool";',
    'folder/index.js': 'module.exports = "folder";',
    'node_modules/dual/package.json': json({
      name: 'dual',
      exports: { '.': { import: './m.mjs', require: './c.cjs' }, './deep/*': './deep/*.js' },
    }),
    'node_modules/dual/m.mjs': 'export const form = "module";',
    'node_modules/dual/c.cjs': 'exports.form = "script";',
    'node_modules/dual/deep/a.js': 'module.exports = "deep";',
    'node_modules/own/package.json': json({ name: 'own', imports: { '#x': './x.js' } }),
    'node_modules/own/index.js': 'module.exports = require("#x");',
    'node_modules/own/x.js': 'module.exports = "own";',
    'node_modules/self-named/package.json': json({ name: 'self-named', exports: { '.': './i.js', './b': './b.js' } }),
    'node_modules/self-named/i.js': 'module.exports = require("self-named/b");',
    'node_modules/self-named/b.js': 'module.exports = "self";',
    'node_modules/sub/package.json': json({ name: 'sub', version: '1.2.3' }),
  }, { snapshot: HAS_SNAPSHOTS });
  assert.deepEqual(await same(made), [
    ['script', 'module', 'deep', 'own', 'self', { some: '\u00e9\u4e2d' }, 'tool', 'folder', '1.2.3'],
  ]);
});

test('what modules see of themselves', async (t) => {
  const made = baked(t, {
    'index.js': `${FILL}
      const dep = require('dep');
      exports.handler = async () => ({ ...dep.see(), children: module.children.map(({ id }) => id), line: dep.line(), main: require.main === module });`,
    'node_modules/dep/index.js': `'use strict';
      exports.see = function see() {
        return { file: __filename, directory: __dirname, id: module.id, paths: module.paths, keys: Object.keys(require).sort(),
          loaded: module.loaded, cached: require.cache[__filename] === module, resolved: require.resolve('./other'),
          name: exports.see.name, own: this === exports, strict: (function () { return this === undefined; })() };
      }; exports.line = () => new Error('here').stack.split('\\n').slice(0, 2);`,
    'node_modules/dep/other.js': '',
  });
  await same(made);
});

test('what was not there at baking, and what does not load', async (t) => {
  const made = baked(t, {
    'index.js': `${FILL}
      exports.handler = async ({ name = 'known' }) => { try { return require(name); } catch (error) { return [error.code ?? error.name, error.message]; } };`,
    'node_modules/known/index.js': 'module.exports = "known";',
    'node_modules/unknown/index.js': 'module.exports = "unknown";',
    'node_modules/optional/index.js': 'try { require("absent"); } catch (error) { exports.code = error.code; }',
    'node_modules/broken/index.js': 'module.exports = (;',
    'node_modules/throws/index.js': 'throw new RangeError("on purpose");',
  });
  await same(made, ['known', 'unknown', 'optional', 'broken', 'throws', 'absent', 'known', '__proto__'].map((name) => ({ name })));
});

test('import() warns of nothing', async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} exports.handler = async () => (await require('dep').late()).default;`,
    'node_modules/dep/index.js': 'exports.late = () => import("./late.mjs");',
    'node_modules/dep/late.mjs': 'export default import.meta.url.split("/").at(-1);',
  }, { snapshot: HAS_SNAPSHOTS });
  assert.deepEqual(await same(made), ['late.mjs']);
});

test('hooks into loading see every module and may change it', async (t) => {
  const made = baked(t, {
    'index.js': `
      const Module = require('module');
      const seen = [];
      const { require: original, _compile: compile } = Module.prototype;
      const load = Module._extensions['.js'];
      ${FILL}
      Module.prototype.require = function (name) { seen.push(['require', name]); return original.call(this, name); };
      Module._extensions['.js'] = function (module, file) { seen.push(['load', file]); return load(module, file); };
      Module.prototype._compile = function (source, file, ...rest) {
        return compile.call(this, source.replace('plain', 'changed'), file, ...rest);
      };
      const dep = require('dep');
      exports.handler = async () => [dep.text, dep.Thing.name, seen];`,
    'node_modules/dep/index.js': 'exports.text = "plain"; exports.Thing = class Thing {}; require("./more");',
    'node_modules/dep/more.js': '',
  }, { snapshot: HAS_SNAPSHOTS });
  const [[text, name]] = await same(made);
  assert.deepEqual([text, name], ['changed', 'Thing']);
});

test('a file that was edited is loaded as it is, and its package.json too', async (t) => {
  const made = baked(t, PLAIN);
  assert.deepEqual(await same(made), ['before']);
  const file = path.join(made.directory, 'node_modules/dep/lib/main.js');
  fs.writeFileSync(file, 'module.exports = () => "edited";');
  const edited = await answers(made, [{}]);
  assert.deepEqual([edited.results, edited.logs.length], [['edited'], 1]);
  assert.match(edited.logs[0], /main\.js has changed/);
  fs.writeFileSync(path.join(made.directory, 'node_modules/dep/other.js'), 'module.exports = () => "other";');
  fs.writeFileSync(path.join(made.directory, 'node_modules/dep/package.json'), json({ name: 'dep', main: 'other.js' }));
  assert.deepEqual((await answers(made, [{}])).results, ['other']);
});

test('other times and the same content are no change', async (t) => {
  const made = baked(t, PLAIN);
  const file = path.join(made.directory, 'node_modules/dep/lib/main.js');
  fs.utimesSync(file, 0, 0);
  const { ready, results, logs } = await answers(made, [{}]);
  assert.deepEqual([ready.image, results, logs], [true, ['before'], []]);
});

test('ES modules have their code in the compile cache beside the image', { skip: !Module.enableCompileCache }, async (t) => {
  const made = baked(t, {
    'package.json': '{"type": "module"}',
    'index.js': 'import { value } from "dep"; import { createRequire } from "module"; export const handler = async () => [value, createRequire(import.meta.url)("old")];',
    'node_modules/dep/package.json': '{"type": "module", "exports": "./index.js"}',
    // Enough code for a cache to be worth its while.
    'node_modules/dep/index.js': `export const texts = ${JSON.stringify(Array.from({ length: 3000 }, (_, at) => `text ${at}`))}; export const value = (() => "module")();`,
    'node_modules/old/index.js': `${FILL} module.exports = "script";`,
  });
  const cache = path.join(made.out, made.report.identity.compile_cache);
  assert.deepEqual(await same(made), [['module', 'script']]);
  for (const file of fs.readdirSync(cache, { recursive: true }).map((name) => path.join(cache, name))) {
    if (fs.statSync(file).isFile()) fs.writeFileSync(file, fs.readFileSync(file).fill(7, 40));
  }
  assert.deepEqual(await same(made), [['module', 'script']]);
  fs.chmodSync(cache, 0o777);
  const { results, logs } = await answers(made, [{}]);
  assert.deepEqual([results, logs.length], [[['module', 'script']], 1]);
  fs.rmSync(cache, { recursive: true });
  assert.deepEqual(await same(made), [['module', 'script']]);
});

test('a package that was moved, and one that cannot be written', async (t) => {
  const made = baked(t, PLAIN);
  const moved = path.join(made.out, 'moved');
  fs.cpSync(made.directory, moved, { recursive: true, preserveTimestamps: true });
  fs.rmSync(path.join(made.directory, 'node_modules'), { recursive: true });
  fs.chmodSync(path.join(moved, 'node_modules/dep/lib'), 0o500);
  assert.deepEqual(await same({ ...made, directory: moved }), ['before']);
  fs.chmodSync(path.join(moved, 'node_modules/dep/lib'), 0o700);
});

test('an image that does not fit is refused in one sentence, and the function starts', async (t) => {
  const made = baked(t, PLAIN);
  const identity = made.report.identity;
  const rebuilt = (fields) => () => pack({ ...identity, ...fields }, {});
  const cases = [
    [(bytes) => bytes.subarray(0, bytes.length - 1), /cut off/],
    [(bytes) => bytes.subarray(0, 20), /no image/],
    [() => Buffer.alloc(0), /no image/],
    [(bytes) => Buffer.concat([bytes, Buffer.alloc(1)]), /cut off/],
    [rebuilt({ interpreter: 'node 1.2.3' }), /baked by node 1\.2\.3/],
    [rebuilt({ language: 'python' }), /baked by/],
    [() => pack(identity, { 'table/modules': { kind: 'table', data: Buffer.from('{') } }), /damaged/],
  ];
  for (const [change, why] of cases) {
    const { ready, results } = await answers({ ...made, image: damaged(made, change) }, [{}]);
    assert.deepEqual([ready.image, ready.warnings.length, results], [undefined, 1, ['before']]);
    assert.match(ready.warnings[0], why);
  }
  const { ready } = await answers({ ...made, image: path.join(made.out, 'absent') }, []);
  assert.match(ready.warnings[0], /ENOENT/);
});

test('an image that others may write is refused', { skip: process.platform === 'win32' }, async (t) => {
  const made = baked(t, PLAIN);
  fs.chmodSync(made.image, 0o666);
  const { ready, results } = await answers(made, [{}]);
  assert.match(ready.warnings[0], /others may write to it/);
  assert.deepEqual(results, ['before']);
});

test('a flipped byte anywhere changes no answer', async (t) => {
  const made = baked(t, PLAIN);
  const { length } = fs.readFileSync(made.image);
  const step = Math.max(1, Math.floor(length / 24));
  for (let at = 0; at < length; at += step) {
    const image = damaged(made, (bytes) => {
      bytes[at] ^= 0x10;
      return bytes;
    });
    const { results } = await answers({ ...made, image }, [{}]);
    assert.deepEqual(results, ['before'], `byte ${at}`);
  }
});
