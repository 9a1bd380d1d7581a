'use strict';
// Caches in functions: of a host, and in V8's startup snapshots.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { FILL, HAS_SNAPSHOTS, baked, restored } = require('../../../runtimes/node/test/support/baked.cjs');
const { directoryFor, entries, installed, skip } = require('./support/sharing.cjs');

const HANDLER = `
const { cached } = require(${JSON.stringify(installed ?? '')});
const load = cached(async (key) => ({ key, by: process.pid }), { scope: 'node', namespace: 'rates', ttl: '1h' });
const secret = cached(async () => process.pid, { noSnapshot: true, refreshOnRestore: true });
exports.handler = async (key) => ({ pid: process.pid, value: await load(key), secret: await secret(), info: load.cacheInfo() });
`;

/** A host with a function of this source, whose caches are below a directory. */
async function hosted(t, source) {
  const directory = directoryFor(t);
  const cache = path.join(directory, 'cache');
  fs.writeFileSync(path.join(directory, 'index.js'), source);
  const host = new (require(installed).Host)({ maxWorkers: 4 });
  t.after(() => host.stop({ grace: 1000 }));
  const specification = { path: directory, entry: 'index.handler', runtime: 'nodejs', interpreter: process.execPath };
  const environment = { HEADSTART_CACHE_DIR: cache };
  return { host, cache, register: () => host.register({ ...specification, environment }) };
}

test('workers of a host share what one of them computed', { skip }, async (t) => {
  const { host, cache, register } = await hosted(t, HANDLER);
  const [one, other] = [await register(), await register()];
  const first = (await host.invoke(one, 'EUR')).value;
  assert.equal(first.value.by, first.pid);
  const second = (await host.invoke(other, 'EUR')).value;
  assert.notEqual(second.pid, first.pid);
  assert.equal(second.value.by, first.pid);
  assert.equal(second.info.nodeHits, 1);
  assert.equal(entries(cache).length, 1, 'secrets are in no file');
});

test('a frozen worker serves nothing that has expired meanwhile', { skip }, async (t) => {
  const { host, register } = await hosted(t, HANDLER.replaceAll("'1h'", '300').replace('by: process.pid', 'by: Date.now()'));
  const id = await register();
  await host.prewarm(id, { tier: 'frozen' });
  const first = (await host.invoke(id, 'EUR')).value;
  await host.prewarm(id, { tier: 'frozen' });
  await new Promise((resolve) => setTimeout(resolve, 400));
  const second = (await host.invoke(id, 'EUR')).value;
  assert.ok(second.value.by > first.value.by);
});

test('a startup snapshot holds cached functions, and no values of theirs', { skip: skip || !HAS_SNAPSHOTS }, async (t) => {
  const cache = path.join(directoryFor(t), 'cache');
  const dependency = `
    const { Cache, cached } = require('headstart');
    exports.load = cached(async (key) => [key, process.pid], { scope: 'node', namespace: 'held', noSnapshot: true });
    exports.shared = cached(async (key) => [key], { scope: 'node', namespace: 'shared' });
    exports.cache = new Cache('held');`;
  const names = fs.readdirSync(path.join(installed, 'lib'), { recursive: true }).filter((name) => name.endsWith('.cjs'));
  const files = ['index.cjs', 'index.mjs', 'package.json', ...names.map((name) => path.join('lib', name))];
  const copied = files.map((name) => [path.join('node_modules/headstart', name), fs.readFileSync(path.join(installed, name), 'utf8')]);
  const native = JSON.stringify(require.resolve('@headstart/linux-x64-gnu', { paths: [installed] }));
  const made = baked(
    t,
    {
      'index.js': `${FILL} const { load, shared, cache } = require('rates');
        exports.handler = async ({ key }) => [await load(key), await load(key), await shared(key), cache.set(key, 1).size].flat();`,
      'node_modules/rates/index.js': dependency,
      'node_modules/@headstart/linux-x64-gnu/index.js': `module.exports = require(${native});`,
      ...Object.fromEntries(copied),
    },
    { snapshot: true, event: { key: 'a' } },
  );
  assert.deepEqual(made.report.snapshot.left, [], made.report.snapshot.reason);
  const [one, other] = [1, 2].map(() => restored(made, [{ key: 'a' }, { key: 'a' }], { environment: { ...process.env, HEADSTART_CACHE_DIR: cache } }));
  const answers = [await one, await other];
  for (const { results, stderr } of answers) {
    assert.equal(stderr, '');
    const pid = results[0][1];
    for (const result of results) assert.deepEqual(result, ['a', pid, 'a', pid, 'a', 1]);
  }
  assert.notEqual(answers[0].results[0][1], answers[1].results[0][1]);
  assert.equal(entries(cache).length, 1);
});
