'use strict';
// Cold files are served as if they had never been taken out.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { pack } = require('./support/archive.cjs');
const { COLD, COLD_FILES, HOT_FILES, START, TIMEOUT, json, program, run, slimmed } = require('./support/slimmed.cjs');

const SHIM = path.join(__dirname, '../slim/shim.cjs');
const USER = process.geteuid();
// Whether ES modules are found in the thread that loads them, `require` included.
const FOUND_HERE = Boolean(require('node:module').registerHooks);

/** All paths below a directory. */
function listed(directory) {
  return fs.readdirSync(directory, { recursive: true }).sort();
}

// CommonJS modules.

test('a cold package is required from the function and from a hot package', (t) => {
  const code = `
    const found = require('cold');
    assert.equal(found.text, 'of a cold package');
    assert.equal(found.version, '1.2.3');
    assert.equal(require('hot').later('cold'), found);
    assert.equal(require('cold/lib/nested.js'), 'nested');
    assert.equal(require('cold/lib/nested'), 'nested');
    assert.equal(require('@scope/name'), 'scoped');
    console.log(cold.served().join('\\n'));`;
  const told = run(slimmed(t), code);
  assert.match(told, /^node_modules\/cold\/lib\/main\.js$/m);
  assert.match(told, /^node_modules\/cold\/lib\/text\.txt$/m);
});

// A package that is cold, and others of its name that Node's own resolution would find.
const TWICE = {
  hot: {
    'node_modules/twice/package.json': json({ name: 'twice', version: '2.0.0' }),
    'node_modules/twice/index.js': 'module.exports = "the one of all";',
    'node_modules/asks/index.js': 'exports.late = () => require("twice"); exports.other = () => require("runtime");',
    'runtime/runtime/index.js': 'module.exports = "the runtime\'s";',
  },
  cold: {
    'node_modules/asks/node_modules/twice/package.json': json({ name: 'twice', version: '1.0.0' }),
    'node_modules/asks/node_modules/twice/index.js': 'module.exports = "its own";',
    'node_modules/runtime/index.js': 'module.exports = "the function\'s";',
  },
  own: { esm: '', whole: 'node_modules/asks/node_modules/twice\nnode_modules/runtime\n' },
};

test('a cold package comes before another of its name that is farther away', (t) => {
  const code = `
    process.env.NODE_PATH = path.join(ROOT, 'runtime');
    require('module').Module._initPaths();
    assert.equal(require('asks').late(), 'its own');
    assert.equal(require('twice'), 'the one of all');
    assert.equal(require('runtime'), "the function's");
    assert.equal(require('asks').other(), "the function's");
    assert.equal((await import('runtime')).default, "the function's");
    assert.equal((await import('twice')).default, 'the one of all');`;
  run(slimmed(t, TWICE), code);
  run(slimmed(t, TWICE), code, { extension: '.mjs' });
});

test('exports and imports of a cold package hold', (t) => {
  const code = `
    const found = require('dual');
    assert.deepEqual(found, { form: 'script', own: 'own', self: 'sub' });
    assert.equal(require('dual/sub'), 'sub');
    assert.deepEqual(require('dual/data'), { data: 2 });
    assert.throws(() => require('dual/hidden.cjs'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
    assert.equal(require('half').late().token, require('half').token);
    assert.equal(require('half/late').token, require('half').token);`;
  run(slimmed(t), code);
});

test('cold files and hot ones of one directory see each other', (t) => {
  const code = `
    const found = require('./lib/cold');
    assert.equal(found.hot, require('./lib/hot.js'));
    assert.equal(require(path.join(ROOT, 'lib/cold.js')), found);
    assert.deepEqual(require('./data/some.json'), { some: 1 });
    assert.equal(require('module').createRequire(ROOT + '/lib/hot.js')('./cold.js'), found);`;
  run(slimmed(t), code);
});

test('a hot package is one instance, whoever requires it', (t) => {
  const code = `
    const hot = require('hot');
    assert.equal(require('cold').hot, hot);
    assert.equal(hot.count, 1);
    assert.equal(hot.here, path.join(ROOT, 'node_modules/hot/index.js'));`;
  run(slimmed(t), code);
  run(slimmed(t), `const { hot } = require('cold'); assert.equal(require('hot'), hot); assert.equal(hot.count, 1);`);
});

test('require.resolve finds what require finds', (t) => {
  const code = `
    const resolved = require.resolve('cold');
    assert.match(resolved, /cold.lib.main\\.js$/);
    assert.ok(fs.existsSync(resolved));
    assert.equal(require(resolved), require('cold'));
    assert.equal(require.resolve('cold', { paths: [ROOT] }), resolved);`;
  run(slimmed(t), code);
});

test('links to a cold package lead there', (t) => {
  const store = 'node_modules/.pnpm/cold@1.0.0/node_modules';
  const place = slimmed(t, {
    hot: { 'node_modules/.pnpm/hot@1.0.0/node_modules/hot/index.js': 'exports.hot = {};' },
    cold: {
      [`${store}/cold/package.json`]: json({ name: 'cold', main: 'main.js' }),
      [`${store}/cold/main.js`]: 'exports.hot = require("hot"); exports.file = __filename;',
    },
  });
  fs.symlinkSync('.pnpm/cold@1.0.0/node_modules/cold', path.join(place.root, 'node_modules/cold'));
  fs.symlinkSync('.pnpm/hot@1.0.0/node_modules/hot', path.join(place.root, 'node_modules/hot'));
  fs.mkdirSync(path.join(place.root, store), { recursive: true });
  fs.symlinkSync('../../hot@1.0.0/node_modules/hot', path.join(place.root, store, 'hot'));
  const code = `
    const found = require('cold');
    assert.equal(found.hot, require('hot'));
    assert.match(found.file, /\\.pnpm.cold@1\\.0\\.0.node_modules.cold.main\\.js$/);`;
  run(place, code);
});

test('files are found through links', (t) => {
  const place = slimmed(t);
  fs.symlinkSync('cold.txt', path.join(place.root, 'data/alias.txt'));
  fs.symlinkSync('data/more', path.join(place.root, 'more'));
  fs.symlinkSync('circle', path.join(place.root, 'circle'));
  fs.symlinkSync('../outside', path.join(place.root, 'out'));
  const code = `
    assert.equal(fs.readFileSync('data/alias.txt', 'utf8'), 'cold');
    assert.equal(fs.readFileSync('more/x.bin').length, 500);
    assert.deepEqual(fs.readdirSync('more'), ['x.bin']);
    assert.ok(fs.existsSync('more') && !fs.existsSync('circle') && !fs.existsSync('circle/x') && !fs.existsSync('out'));`;
  run(place, code);
});

// ES modules.

test('ES modules import cold ones', (t) => {
  const place = slimmed(t, {
    hot: {
      ...HOT_FILES,
      'app.mjs': `
        import { form, hot, sub } from 'dual';
        import * as near from './near.mjs';
        import main from 'cold';
        export { form, hot, main, near, sub };`,
    },
    cold: { ...COLD_FILES, 'near.mjs': 'import hot from "hot"; export { hot }; export const url = import.meta.url;' },
    own: { esm: '' },
  });
  const code = `
    const app = await import('./app.mjs');
    assert.equal(app.form, 'module');
    assert.equal(app.sub, 'sub');
    assert.equal(app.main.text, 'of a cold package');
    assert.equal(app.hot, require('hot'));
    assert.equal(app.near.hot, app.hot);
    assert.equal((await import('dual')).hot, app.hot);
    assert.equal((await import('cold')).default, app.main);
    const { pathToFileURL } = require('node:url');
    assert.equal(await import(pathToFileURL(ROOT + '/near.mjs').href), app.near);
    await assert.rejects(import('nothing'), { code: 'ERR_MODULE_NOT_FOUND' });
    await assert.rejects(import('./nothing.mjs'), { code: 'ERR_MODULE_NOT_FOUND' });
    await assert.rejects(import('dual/nothing'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });`;
  run(place, code);
  run(place, code, { extension: '.mjs' });
});

test('CommonJS modules import cold ones', (t) => {
  const hot = { ...HOT_FILES, 'lib/later.js': 'exports.later = () => import("dual");' };
  run(slimmed(t, { hot, own: { esm: '' } }), `assert.equal((await require('./lib/later.js').later()).form, 'module');`);
});

test('CommonJS modules require ES modules that import cold ones', { skip: FOUND_HERE ? false : 'this Node has no hooks for that' }, (t) => {
  const hot = { ...HOT_FILES, 'lib/near.mjs': 'import { form } from "dual"; import text from "cold"; export { form, text };' };
  const code = `
    const near = require('./lib/near.mjs');
    assert.equal(near.form, 'module');
    assert.equal(near.text.version, '1.2.3');`;
  run(slimmed(t, { hot, own: { esm: '' } }), code);
});

// Files.

test('files are read, however they are asked for', (t) => {
  const code = `
    const file = path.join(ROOT, 'data/cold.txt');
    const { pathToFileURL } = require('node:url');
    const { promisify } = require('node:util');
    const { readFile } = require('node:fs/promises');
    assert.equal(fs.readFileSync(file, 'utf8'), 'cold');
    assert.equal(fs.readFileSync('data/cold.txt', 'utf8'), 'cold');
    assert.equal(fs.readFileSync(pathToFileURL(file), 'utf8'), 'cold');
    assert.equal(fs.readFileSync(Buffer.from(file)).toString(), 'cold');
    assert.equal(await new Promise((give, fail) => fs.readFile(file, 'utf8', (error, it) => error ? fail(error) : give(it))), 'cold');
    assert.equal(await promisify(fs.readFile)(file, 'utf8'), 'cold');
    assert.equal(await fs.promises.readFile(file, 'utf8'), 'cold');
    assert.equal(await readFile(file, { encoding: 'utf8' }), 'cold');
    let streamed = '';
    for await (const part of fs.createReadStream(file, 'utf8')) streamed += part;
    assert.equal(streamed, 'cold');
    const descriptor = fs.openSync(file);
    assert.equal(fs.readFileSync(descriptor, 'utf8'), 'cold');
    fs.closeSync(descriptor);
    const handle = await fs.promises.open(file);
    assert.equal(await handle.readFile('utf8'), 'cold');
    await handle.close();
    assert.equal(await promisify(fs.exists)(file), true);`;
  run(slimmed(t), code);
});

test('files are seen and listed', (t) => {
  const code = `
    const data = path.join(ROOT, 'data');
    const file = path.join(data, 'cold.txt');
    assert.ok(fs.existsSync(file) && fs.existsSync(path.join(data, 'more')));
    assert.equal(fs.statSync(file).size, 4);
    assert.ok(fs.statSync(file).isFile() && fs.lstatSync(file).isFile());
    assert.ok(fs.statSync(path.join(data, 'more')).isDirectory());
    assert.equal((await fs.promises.stat(path.join(data, 'more/x.bin'))).size, 500);
    assert.equal(fs.statSync(file, { throwIfNoEntry: false }).size, 4);
    fs.accessSync(file, fs.constants.R_OK);
    await fs.promises.access(file);
    await new Promise((give, fail) => fs.access(file, (error) => error ? fail(error) : give()));
    const names = ['cold.txt', 'hot.txt', 'more', 'some.json'];
    assert.deepEqual(fs.readdirSync(data).sort(), names);
    assert.deepEqual((await fs.promises.readdir(data)).sort(), names);
    assert.deepEqual((await new Promise((give) => fs.readdir(data, (error, it) => give(it)))).sort(), names);
    const kinds = Object.fromEntries(fs.readdirSync(data, { withFileTypes: true }).map((it) => [it.name, it.isDirectory()]));
    assert.deepEqual(kinds, { 'cold.txt': false, 'hot.txt': false, more: true, 'some.json': false });
    const [entry] = fs.readdirSync(path.join(data, 'more'), { withFileTypes: true });
    assert.ok(entry.isFile() && (entry.parentPath ?? entry.path) === path.join(data, 'more'));
    const deep = ['cold.txt', 'hot.txt', 'more', 'more/x.bin', 'some.json'];
    assert.deepEqual(fs.readdirSync(data, { recursive: true }).sort(), deep);
    assert.deepEqual((await fs.promises.readdir(data, { recursive: true })).sort(), deep);
    const all = fs.readdirSync(data, { recursive: true, withFileTypes: true });
    assert.deepEqual(all.map((it) => path.relative(data, path.join(it.parentPath ?? it.path, it.name))).sort(), deep);`;
  run(slimmed(t), code);
});

test('what is missing stays missing, what is new is new', (t) => {
  const code = `
    const file = path.join(ROOT, 'data/nothing');
    const missing = { code: 'ENOENT', path: file };
    for (const call of [fs.readFileSync, fs.openSync, fs.statSync, fs.lstatSync, fs.readdirSync, fs.accessSync])
      assert.throws(() => call(file), missing);
    for (const name of ['readFile', 'open', 'stat', 'readdir', 'access']) {
      await assert.rejects(fs.promises[name](file), missing);
      assert.equal((await new Promise((give) => fs[name](file, give))).code, 'ENOENT');
    }
    assert.equal(fs.statSync(file, { throwIfNoEntry: false }), undefined);
    assert.ok(!fs.existsSync(file) && !fs.existsSync('/nowhere') && !fs.existsSync(undefined));
    assert.throws(() => fs.readFileSync({}), { code: 'ERR_INVALID_ARG_TYPE' });
    for (const name of ['nothing', 'cold/nothing', './nothing', './lib/nothing', '/nowhere', '@scope/nothing'])
      assert.throws(() => require(name), { code: 'MODULE_NOT_FOUND' }, name);
    try { require('nothing'); } catch (error) { assert.deepEqual(error.requireStack, [__filename]); }
    fs.writeFileSync('data/cold.txt', 'mine');
    assert.equal(fs.readFileSync('data/cold.txt', 'utf8'), 'mine');
    const handle = fs.openSync('data/some.json', 'w');
    fs.closeSync(handle);
    assert.equal(fs.readFileSync('data/some.json', 'utf8'), '');`;
  run(slimmed(t), code);
});

test('functions keep their names and what hangs on them', (t) => {
  const code = `
    assert.equal(fs.readFileSync.name, 'readFileSync');
    assert.equal(fs.existsSync.length, 1);
    assert.equal(typeof fs.realpathSync.native, 'function');
    assert.equal(fs.promises, require('node:fs/promises'));
    assert.equal((await import('node:fs')).readFileSync, fs.readFileSync);`;
  run(slimmed(t), code);
});

// Where it is unpacked.

test('nothing is written into the package, and nobody else may write to the overlay', (t) => {
  const place = slimmed(t);
  program(place.root, '', '.cjs');
  const before = listed(place.root);
  run(place, `require('cold'); require('./lib/cold.js'); fs.readFileSync('data/cold.txt'); fs.statSync('data/more');`);
  assert.deepEqual(listed(place.root), before);
  const own = path.join(place.temporary, `headstart-cold-${USER}`);
  const [name, ...rest] = fs.readdirSync(own);
  assert.deepEqual(rest, []);
  for (const directory of [own, path.join(own, name)]) assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
});

test('a directory that others may write to is refused', (t) => {
  const place = slimmed(t);
  const own = path.join(place.temporary, `headstart-cold-${USER}`);
  fs.mkdirSync(own);
  fs.chmodSync(own, 0o777);
  const code = `
    assert.throws(() => require('cold'), { code: 'MODULE_NOT_FOUND' });
    assert.throws(() => fs.readFileSync('data/cold.txt'), { code: 'ENOENT' });
    assert.equal(require('hot').count, 1);`;
  run(place, code, { warnings: 1 });
  assert.deepEqual(fs.readdirSync(own), []);
});

test('what a process left half-done is no obstacle', (t) => {
  const place = slimmed(t);
  run(place, `require('cold');`);
  const [overlay] = fs.readdirSync(path.join(place.temporary, `headstart-cold-${USER}`));
  const library = path.join(place.temporary, `headstart-cold-${USER}`, overlay, 'node_modules/cold/lib');
  fs.truncateSync(path.join(library, 'main.js'), 3);
  run(place, `assert.equal(require('cold').version, '1.2.3');`);
});

test('a package that lies elsewhere has files of its own', (t) => {
  const [first, second] = [slimmed(t), slimmed(t)];
  const code = `assert.equal(require('cold').hot, require('hot'));`;
  run(first, code);
  fs.rmSync(path.join(first.root, 'node_modules'), { recursive: true });
  run({ ...second, environment: first.environment }, code);
});

test('processes that start together unpack one package', async (t) => {
  const place = slimmed(t);
  const main = program(place.root, `assert.equal(require('cold').hot, require('hot')); require('./lib/cold.js');`, '.cjs');
  const children = Array.from({ length: 6 }, () => {
    const child = spawn(process.execPath, [main], { cwd: place.root, env: place.environment, stdio: ['ignore', 'ignore', 'pipe'] });
    child.said = '';
    child.stderr.on('data', (part) => (child.said += part));
    return child;
  });
  await Promise.all(children.map((child) => once(child, 'close')));
  assert.deepEqual(children.map((child) => [child.exitCode, child.said]), children.map(() => [0, '']));
});

test('threads unpack one package', (t) => {
  const code = `
    const { Worker } = require('node:worker_threads');
    const { once } = require('node:events');
    const source = 'require(' + JSON.stringify(${json(path.join(COLD, 'index.cjs'))}) + ').install(' + JSON.stringify(ROOT) + ');'
      + 'require(' + JSON.stringify(ROOT + '/lib/cold.js') + '); require("module").createRequire(' + JSON.stringify(__filename) + ')("cold");';
    const threads = Array.from({ length: 4 }, () => new Worker(source, { eval: true }));
    const codes = await Promise.all(threads.map((thread) => once(thread, 'exit')));
    assert.deepEqual(codes.flat(), [0, 0, 0, 0]);`;
  run(slimmed(t), code);
});

test('an archive beside the package, and where the environment says', (t) => {
  const place = slimmed(t);
  const archive = path.join(place.root, '.headstart/cold');
  const beside = `${place.root}.cold`;
  t.after(() => fs.rmSync(beside));
  fs.renameSync(archive, beside);
  run(place, `assert.equal(require('cold').version, '1.2.3');`);
  fs.renameSync(beside, path.join(place.temporary, 'else'));
  const environment = { HEADSTART_COLD: path.join(place.temporary, 'else') };
  run(place, `assert.equal(require('cold').version, '1.2.3');`, { environment });
  fs.writeFileSync(beside, '');
});

test('a function in a directory of its package', (t) => {
  const hot = { 'packages/api/.headstart/root': '../..', 'packages/api/index.js': 'module.exports = require("cold");' };
  const place = slimmed(t, { hot: { ...HOT_FILES, ...hot } });
  fs.renameSync(path.join(place.root, '.headstart/cold'), path.join(place.root, 'packages/api/.headstart/cold'));
  const main = path.join(place.root, 'start.cjs');
  const code = `${START.replace('process.cwd()', json(path.join(place.root, 'packages/api')))}
    assert.equal(require('./packages/api/index.js').version, '1.2.3');`;
  fs.writeFileSync(main, code);
  const done = spawnSync(process.execPath, [main], { env: place.environment, encoding: 'utf8', timeout: TIMEOUT });
  assert.equal(done.stderr, '');
});

test('a report names what was served', (t) => {
  const place = slimmed(t);
  const report = path.join(place.temporary, 'report');
  run(place, `fs.readFileSync('data/cold.txt'); fs.readFileSync('data/cold.txt');`, { environment: { HEADSTART_COLD_REPORT: report } });
  assert.equal(fs.readFileSync(report, 'utf8'), 'data/cold.txt\n');
});

// Damage.

test('damage is told once and is no crash', (t) => {
  const good = pack(COLD_FILES);
  const flipped = (at) => Buffer.concat([good.subarray(0, at), Buffer.from([good[at] ^ 0x55]), good.subarray(at + 1)]);
  const ends = [0, 10, 70, good.length - 1].map((end) => good.subarray(0, end));
  const flips = [0, 9, 10, 12, 24, 40, 80, 200].map(flipped);
  for (const archive of [...ends, ...flips]) {
    const code = `
      for (const name of ['cold', 'dual', './lib/cold.js', '@scope/name'])
        assert.throws(() => require(name), { code: 'MODULE_NOT_FOUND' }, name);
      assert.throws(() => fs.readFileSync('data/cold.txt'), { code: 'ENOENT' });
      assert.deepEqual(fs.readdirSync('data'), ['hot.txt']);
      assert.equal(require('hot').count, 1);`;
    run(slimmed(t, { archive }), code, { warnings: 1 });
  }
});

test('a damaged block is told once; other functions go on', (t) => {
  const archive = pack({ 'data/cold.txt': 'cold', 'node_modules/cold/index.js': 'module.exports = 1;' }, { blockSize: 1 });
  archive[archive.length - 3] ^= 0x55;
  const code = `
    assert.throws(() => require('cold'), { code: 'MODULE_NOT_FOUND' });
    assert.throws(() => fs.readFileSync('node_modules/cold/index.js'), { code: 'ENOENT' });
    assert.equal(require('hot').count, 1);`;
  run(slimmed(t, { archive }), code, { warnings: 1 });
});

test('zstd', { skip: zlib.zstdCompressSync ? false : 'this Node has no zstd' }, (t) => {
  run(slimmed(t, { archive: pack(COLD_FILES, { codec: 3 }) }), `assert.equal(require('cold').version, '1.2.3');`);
});

// The shim.

/** Calls the shim of a package as a platform does that requires handlers. */
function shimmed(t, entry, hot, own = {}) {
  const place = slimmed(t, { hot: { ...HOT_FILES, ...hot }, own: { entry, ...own } });
  fs.cpSync(COLD, path.join(place.root, 'headstart_cold'), { recursive: true });
  fs.copyFileSync(SHIM, path.join(place.root, 'headstart_shim.cjs'));
  const main = path.join(place.temporary, 'platform.cjs');
  const code = `
    const { handler } = require(${json(path.join(place.root, 'headstart_shim.cjs'))});
    Promise.resolve(handler({ name: 'x' }, {})).then((it) => console.log(JSON.stringify(it)));`;
  fs.writeFileSync(main, code);
  const done = spawnSync(process.execPath, [main], { env: place.environment, encoding: 'utf8', timeout: TIMEOUT });
  assert.equal(done.stderr, '');
  return JSON.parse(done.stdout);
}

test('the shim passes on to a CommonJS handler', (t) => {
  const handler = 'exports.handler = async (event) => [event.name, require("cold").version];';
  assert.deepEqual(shimmed(t, 'index.handler', { 'index.js': handler }), ['x', '1.2.3']);
  assert.deepEqual(shimmed(t, 'src/app.handler', { 'src/app.cjs': handler }), ['x', '1.2.3']);
});

test('the shim passes on to an ES module', (t) => {
  const text = 'import { form } from "dual"; export const run = async (event) => [event.name, form];';
  assert.deepEqual(shimmed(t, 'index.run', { 'index.mjs': text }, { esm: '' }), ['x', 'module']);
  const late = `await null; ${text}`;
  assert.deepEqual(shimmed(t, 'index.run', { 'index.mjs': late }, { esm: '' }), ['x', 'module']);
  const typed = { 'index.js': text, 'package.json': json({ type: 'module' }) };
  assert.deepEqual(shimmed(t, 'index.run', typed, { esm: '' }), ['x', 'module']);
});
