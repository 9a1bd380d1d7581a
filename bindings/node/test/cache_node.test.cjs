'use strict';
// What caches keep on the node, by one process.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { directoryFor, entries, installed, skip } = require('./support/sharing.cjs');

const { Cache, cached } = skip ? {} : require(installed);

/** Caches that share nothing but a directory. */
function sharing(t, options = {}) {
  const directory = directoryFor(t);
  const make = (own) => new Cache('values', { scope: 'node', directory, ttl: '1h', ...options, ...own });
  return { directory, make };
}

/** What is warned of while something is done. */
async function warningsOf(work) {
  const warnings = [];
  const note = ({ message }) => warnings.push(message);
  process.on('warning', note);
  await work();
  await sleep(5);
  process.off('warning', note);
  return warnings;
}

test('what one has kept another finds, and holds', { skip }, (t) => {
  const { make } = sharing(t);
  const values = [0, '', null, undefined, false, [1, [2]], { a: { b: 'ä\ud800' } }, 'x'.repeat(100_000)];
  const [one, other] = [make(), make()];
  values.forEach((value, at) => one.set(at, value));
  for (const round of [1, 2]) values.forEach((value, at) => assert.deepEqual(other.get(at), value, `${round}`));
  assert.equal(other.has(values.length), false);
  const { hits, nodeHits, processHits, misses, errors, damaged } = other.cacheInfo();
  assert.deepEqual({ hits, nodeHits, processHits, misses, errors, damaged }, {
    hits: 16, nodeHits: 8, processHits: 8, misses: 1, errors: 0, damaged: 0,
  });
});

test('no two namespaces, versions, codecs or codes meet', { skip }, async (t) => {
  const directory = directoryFor(t);
  const options = { scope: 'node', directory, namespace: 'one' };
  const pass = { name: 'pass', encode: (value) => Buffer.from(String(value)), decode: String };
  const made = [
    cached(async (key) => `1 ${key}`, options),
    cached(async (key) => `2 ${key}`, options),
    cached(async (key) => `1 ${key}`, { ...options, namespace: 'two' }),
    cached(async (key) => `1 ${key}`, { ...options, version: 2 }),
    cached(async (key) => `1 ${key}`, { ...options, key: (key) => key }),
    cached(async (key) => `1 ${key}`, { ...options, key: (key) => [key] }),
    cached(async (key) => `1 ${key}`, { ...options, codec: pass }),
    cached(async (key) => `1 ${key}`, { ...options, codec: { ...pass, name: 'json' } }),
  ];
  const keys = ['a', '../x', '\0', 'x\0', '\ud800', '\ud801', '\ufffd', '', 1, '1', 'k'.repeat(10_240)];
  for (const load of made) for (const key of keys) await load(key);
  for (const load of made) assert.equal(load.cacheInfo().misses, keys.length);
  assert.equal(entries(directory).length, made.length * keys.length);
  const again = cached(async (key) => `1 ${key}`, options);
  for (const key of keys) assert.equal(await again(key), `1 ${key}`);
  assert.equal(again.cacheInfo().nodeHits, keys.length);
});

test('a function and a cache of one name are two', { skip }, async (t) => {
  const place = { scope: 'node', directory: directoryFor(t) };
  const fn = async () => 'of the function';
  const load = cached(fn, { ...place, namespace: 'users' });
  await load('a');
  const versions = ['', `function ${JSON.stringify([String(fn), null, ''])}`, JSON.stringify([String(fn), ''])];
  for (const version of versions) {
    const cache = new Cache('users', { ...place, version });
    assert.equal(cache.has('a'), false);
    cache.set('a', 'of the cache');
  }
  const again = cached(fn, { ...place, namespace: 'users' });
  assert.equal(await again('a'), 'of the function');
  assert.equal(again.cacheInfo().nodeHits, 1);
});

test('bound functions are told by their version', { skip }, async (t) => {
  const options = { scope: 'node', directory: directoryFor(t), namespace: 'bound' };
  const tell = async function () {
    return this.name;
  };
  const [one, other] = [1, 2].map((version) => cached(tell.bind({ name: `${version}` }), { ...options, version }));
  assert.deepEqual([await one(), await other()], ['1', '2']);
});

test('what would come back as something else stays in the process, with a warning', { skip }, async (t) => {
  const { directory, make } = sharing(t);
  const [one, other] = [make(), make()];
  class Row {}
  const named = Object.assign([1], { name: 'n' });
  const values = [new Date(0), new Map(), NaN, -0, 1n, { a: undefined }, [,], new Row(), Buffer.from('a'), { toJSON: () => 1 }, named, { [Symbol('s')]: 1 }];
  const around = {};
  around.around = around;
  values.push(around, JSON.parse('{"__proto__": 1}'), Object.create(null));
  const warnings = await warningsOf(() => values.forEach((value, at) => one.set(at, value)));
  values.forEach((value, at) => assert.equal(one.get(at), value));
  assert.equal(entries(directory).length, 0);
  assert.equal(other.has(0), false);
  assert.match(warnings[0], /^values: a value is cached in this process alone: a Date/);
});

test('an older value does not come back in place of one that is not written', { skip }, (t) => {
  const { make } = sharing(t, { maxValueBytes: '1KiB' });
  for (const [key, value, own] of [
    ['date', new Date(0)],
    ['large', 'x'.repeat(2_000)],
    ['over', 1, { ttl: 0 }],
    ['tagged', 1, { tags: Array(17).fill('tag') }],
  ]) {
    const cache = make();
    cache.set(key, 'old').set(key, value, own);
    assert.equal(make().has(key), false, key);
    assert.notEqual(cache.get(key), 'old', key);
  }
});

test('bytes, and codecs of one’s own', { skip }, async (t) => {
  const { make } = sharing(t, { codec: 'bytes' });
  const [one, other] = [make(), make()];
  for (const size of [0, 1, 65_535, 65_536, 65_537, 1 << 20]) {
    const bytes = Buffer.alloc(size, size);
    one.set('bytes', bytes, { tags: ['t'] });
    other.set('second', Buffer.from('else'));
    other.get('second');
    assert.deepEqual(make().get('bytes'), bytes);
  }
  const warned = await warningsOf(() => one.set('more', Object.assign(Buffer.from('more'), { name: 'n' })));
  assert.match(warned.join(), /more than bytes/);
  assert.equal(other.has('more'), false);
  const found = make().get('bytes');
  one.set('small', Buffer.from('small'));
  const small = make().get('small');
  make().get('second');
  assert.deepEqual([small.toString(), found.length], ['small', 1 << 20], 'nobody writes into what was given away');
  const bad = { name: 'bad', encode: async () => {}, decode: () => 1 };
  const warnings = await warningsOf(() => make({ codec: bad }).set('a', 1));
  assert.match(warnings.join(), /bad gives no bytes/);
});

test('msgpack is exact, or says what is missing', { skip }, (t) => {
  const { make } = sharing(t);
  let isThere = true;
  try {
    require(require.resolve('msgpackr', { paths: [installed] }));
  } catch {
    isThere = false;
  }
  if (!isThere) {
    assert.throws(() => make({ codec: 'msgpack' }), /npm install msgpackr/);
    return t.skip('msgpackr is not installed');
  }
  const [one, other] = [1, 2].map(() => make({ codec: 'msgpack' }));
  const values = [1n, -(2n ** 63n), NaN, Infinity, 2 ** 40, 2 ** 53, -1.5, { a: undefined, b: [Buffer.from('ab')] }, null, 'ä'.repeat(1000), [[], {}]];
  values.forEach((value, at) => one.set(at, value));
  values.forEach((value, at) => assert.deepEqual(other.get(at), value, `${at}`));
  const kept = other.get(7);
  one.set('next', { b: [Buffer.from('cd')] });
  other.get('next');
  assert.equal(kept.b[0].toString(), 'ab');
  const holed = Object.assign([,], { name: 'n' });
  for (const value of [new Map(), new Set(), -0, new Date(), 2n ** 64n, holed]) {
    one.set('refused', value);
    assert.equal(other.has('refused'), false);
  }
});

test('damaged, foreign and planted entries are misses', { skip }, async (t) => {
  const { directory, make } = sharing(t);
  const outside = path.join(directory, 'outside');
  fs.writeFileSync(outside, 'untouched');
  const flip = (file, at) => {
    const bytes = fs.readFileSync(file);
    bytes[at] ^= 1;
    fs.writeFileSync(file, bytes);
  };
  const faults = {
    emptied: (file) => fs.truncateSync(file, 0),
    cut: (file) => fs.truncateSync(file, fs.statSync(file).size - 1),
    'flipped at its head': (file) => flip(file, 9),
    'flipped at its end': (file) => flip(file, fs.statSync(file).size - 1),
    longer: (file) => fs.appendFileSync(file, 'x'),
    'a link': (file) => (fs.rmSync(file), fs.symlinkSync(outside, file)),
    'a directory': (file) => (fs.rmSync(file), fs.mkdirSync(file)),
    'of two names': (file) => fs.linkSync(file, path.join(directory, `second-${path.basename(file)}`)),
  };
  for (const [name, damage] of Object.entries(faults)) {
    make().set(name, 'good');
    const [file] = entries(directory).filter((file) => fs.lstatSync(file).nlink === 1 && fs.lstatSync(file).isFile());
    damage(file);
    const cache = make();
    assert.equal(cache.has(name), false, name);
    assert.equal(await cache.getOrCompute(name, () => 'anew'), 'anew', name);
    assert.equal(cache.get(name), 'anew');
    const { damaged, errors } = cache.cacheInfo();
    assert.ok(damaged + errors > 0, name);
    fs.rmSync(file, { recursive: true });
  }
  assert.equal(fs.readFileSync(outside, 'utf8'), 'untouched');
});

test('what a codec cannot read is computed anew, and replaced', { skip }, async (t) => {
  let isBroken = false;
  const codec = {
    name: 'moody',
    encode: (value) => Buffer.from(value),
    decode(bytes) {
      if (isBroken) throw new Error('no mood');
      return bytes.toString();
    },
  };
  const { make } = sharing(t, { codec });
  make().set('key', 'one');
  isBroken = true;
  const cache = make();
  assert.equal(await cache.getOrCompute('key', () => 'two'), 'two');
  assert.equal(cache.cacheInfo().damaged, 1);
  isBroken = false;
  assert.equal(make().get('key'), 'two');
});

test('a tag that one invalidates is invalid for all, at once', { skip }, async (t) => {
  const { make } = sharing(t);
  const [one, other] = [make(), make()];
  one.set('a', 1, { tags: ['t', 'u'] }).set('b', 2, { tags: ['u'] });
  assert.deepEqual([other.get('a'), other.get('b')], [1, 2]);
  one.invalidate('t');
  assert.deepEqual([one, other, make()].map((cache) => [cache.has('a'), cache.get('b')]), Array(3).fill([false, 2]));
  let read = 'old';
  const begun = other.getOrCompute('c', async () => { const was = read; await sleep(20); return was; }, { tags: ['t'] });
  await sleep(5);
  read = 'new';
  one.invalidate('t');
  const late = other.getOrCompute('c', () => read, { tags: ['t'] });
  assert.equal(await begun, 'old');
  assert.equal(await late, 'new', 'who comes after an invalidation gets nothing from before');
  assert.equal(await other.getOrCompute('c', () => read, { tags: ['t'] }), 'new');
});

test('clear and delete reach the node; what another has cleared is noticed within a second', { skip }, async (t) => {
  const { directory, make } = sharing(t);
  const [one, other] = [make(), make()];
  one.set('a', 1).set('b', 2);
  assert.equal(other.get('b'), 2);
  assert.deepEqual([make().delete('a'), make().delete('a'), make().has('a')], [true, false, false]);
  one.clear();
  assert.equal(entries(directory).length, 0);
  await sleep(1_050);
  assert.equal(other.has('b'), false);
});

test('stale values are served while one computes, and where computing fails', { skip }, async (t) => {
  const { make } = sharing(t, { ttl: 50, stale: 200, staleOnError: 60_000 });
  make().set('key', 'old');
  await sleep(70);
  const cache = make();
  let calls = 0;
  const compute = async () => `new ${(calls += 1)}`;
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => cache.getOrCompute('key', compute))), Array(3).fill('old'));
  await sleep(5);
  assert.equal(make().get('key'), 'new 1');
  await sleep(300);
  const down = () => Promise.reject(new Error('down'));
  assert.equal(await make().getOrCompute('key', down), 'new 1');
  await assert.rejects(make().getOrCompute('other', down), /down/);
});

test('what is for the process alone is in no file', { skip }, async (t) => {
  const { directory, make } = sharing(t, { noSnapshot: true });
  const cache = make();
  cache.set('a', 'secret', { tags: ['t'] });
  assert.equal(cache.get('a'), 'secret');
  assert.equal(entries(directory).length, 0);
  make().invalidate('t');
  assert.equal(cache.has('a'), false);
});

test('values beyond what one may have, and a full budget', { skip }, (t) => {
  const { directory, make } = sharing(t, { maxValueBytes: '1KiB', nodeBytes: '1MiB' });
  const cache = make();
  cache.set('large', 'x'.repeat(2_000));
  assert.equal(cache.get('large').length, 2_000);
  assert.equal(make().has('large'), false);
  for (let key = 0; key < 3_000; key += 1) cache.set(key, 'x'.repeat(1_000));
  const size = entries(directory).reduce((sum, file) => sum + fs.statSync(file).size, 0);
  assert.ok(size > 200_000 && size < 2_000_000, `${size} bytes`);
});

test('where the node cannot keep it, the process does, with one warning', { skip }, async (t) => {
  const directory = directoryFor(t);
  const file = path.join(directory, 'file');
  fs.writeFileSync(file, '');
  const open = path.join(directory, 'open');
  fs.mkdirSync(open);
  fs.chmodSync(open, 0o777);
  for (const place of [path.join(file, 'below'), open]) {
    const load = cached(async (key) => ({ key }), { scope: 'node', namespace: 'n', directory: place });
    let first;
    const warnings = await warningsOf(async () => {
      first = await load('a');
      assert.equal(await load('a'), first);
      await load('b');
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^n: values are cached in this process alone: /);
  }
});

test('the native part is loaded when a value is first asked for', { skip }, (t) => {
  const { execFileSync } = require('node:child_process');
  const source = `
    const { cached } = require(${JSON.stringify(installed)});
    const load = cached(async () => 1, { scope: 'node', namespace: 'n', directory: ${JSON.stringify(directoryFor(t))} });
    const isLoaded = () => process.report.getReport().sharedObjects.some((name) => name.endsWith('headstart.node'));
    const before = isLoaded();
    load().then(() => process.stdout.write(JSON.stringify([before, isLoaded()])));`;
  assert.equal(execFileSync(process.execPath, ['-e', source], { encoding: 'utf8' }), '[false,true]');
});
