'use strict';
// Cached functions and caches, in the process alone.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { afterEach, beforeEach, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Cache, cached } = require('..');

const PACKAGE = path.join(__dirname, '..');
const realNow = Date.now;
const START = 1_700_000_000_000;
let now;
let warnings;
const note = (warning) => warnings.push(warning.message);

beforeEach(() => {
  now = START;
  Date.now = () => now;
  warnings = [];
  process.on('warning', note);
});

afterEach(() => {
  Date.now = realNow;
  process.off('warning', note);
});

/** A function that counts its calls. */
function counted(compute = (...args) => args) {
  const fn = async (...args) => {
    fn.calls += 1;
    return compute(...args);
  };
  fn.calls = 0;
  return fn;
}

test('a value is computed once, and the promise of a hit is kept with it', async () => {
  const fn = counted();
  const load = cached(fn, { ttl: '5m' });
  const first = await load('a');
  assert.equal(await load('a'), first);
  assert.equal(load('a'), load('a'));
  assert.deepEqual(await load('b'), ['b']);
  assert.equal(fn.calls, 2);
  const { hits, misses, processHits, nodeHits, entries } = load.cacheInfo();
  assert.deepEqual([hits, misses, processHits, nodeHits, entries], [3, 2, 3, 0, 2]);
});

test('arguments tell calls from each other', async () => {
  const half = '\ud800';
  const calls = [
    [], [undefined], [null], [0], [-0], [NaN], [1], ['1'], [1n], [true], ['true'], [''], ['\0'], ['\0n1;'], ['\0s1:a'], ['a', 'b'],
    ['ab'], [['a', 'b']], [['a'], 'b'], [{ a: 1 }], [{ a: '1' }], [{ a: 1, b: 2 }], [{}], [[]], [new Date(5)], [5, undefined],
    [Buffer.from('a')], [Uint8Array.of(97)], [half], ['\udc00'], [`${half}x`], ['\u00e9'], ['e\u0301'], ['../x'], ['k'.repeat(10_240)],
  ];
  const fn = counted((...args) => args);
  const load = cached(fn);
  for (const round of [1, 2]) for (const args of calls) assert.deepEqual(await load(...args), args, `${round}`);
  assert.equal(fn.calls, calls.length);
  await load({ b: 2, a: 1 });
  assert.equal(fn.calls, calls.length, 'the order of members is none of a key');
});

test('a call that cannot be told from others is not cached, with one warning', async () => {
  const fn = counted(() => 1);
  const load = cached(fn);
  const deep = {};
  deep.deep = deep;
  let wide = [];
  for (let level = 0; level < 31; level += 1) wide = [wide, wide];
  for (const argument of [() => {}, Symbol('s'), new URL('http://localhost'), deep, wide, { [Symbol('s')]: 1 }]) await load(argument);
  await sleep(1);
  assert.equal(fn.calls, 6);
  assert.equal(load.cacheInfo().uncached, 6);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /the option key tells them/);
});

test('an argument with more than what makes it up is not told from one without', async () => {
  const fn = counted(() => 1);
  const load = cached(fn);
  const hole = [, 1];
  const extra = (value) => Object.assign(value, { extra: 1 });
  const hidden = Object.defineProperty([1], 'extra', { value: 1, enumerable: false });
  const odd = [extra([1]), extra([,]), hole, hidden, extra(Buffer.from('a')), extra(Uint8Array.of(97)), extra(new Date(5))];
  odd.push(Object.assign([1], { [Symbol('s')]: 1 }), Object.assign(Buffer.from('a'), { [Symbol('s')]: 1 }));
  for (const argument of odd) for (const given of [argument, { in: argument }]) await load(given);
  assert.equal(load.cacheInfo().uncached, 2 * odd.length);
  for (const argument of [[1], Buffer.from('abc').subarray(1), Uint8Array.of(97), new Date(5), Buffer.alloc(1 << 20)]) await load(argument);
  assert.equal(load.cacheInfo().uncached, 2 * odd.length);
});

test('key says what tells calls from each other', async () => {
  const fn = counted((request) => request.path);
  const load = cached(fn, { key: ({ path: place }) => place });
  assert.equal(await load({ path: '/a', socket: () => {} }), '/a');
  await load({ path: '/a', socket: () => {} });
  await load({ path: '/b' });
  assert.equal(fn.calls, 2);
  await assert.rejects(load(null), TypeError);
  assert.equal(load.invalidate({ path: '/a' }), true);
});

test('16 callers have one computation, and who fails has its error alone', async () => {
  let fail = 3;
  const fn = counted(async () => {
    await sleep(5);
    if (fail-- > 0) throw new Error(`failure ${fail}`);
    return 'value';
  });
  const load = cached(fn);
  const outcomes = await Promise.allSettled(Array.from({ length: 16 }, () => load(1)));
  const failures = outcomes.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
  assert.deepEqual(failures.sort(), ['failure 0', 'failure 1', 'failure 2']);
  assert.equal(outcomes.filter(({ value }) => value === 'value').length, 13);
  assert.equal(fn.calls, 4);
  const atOnce = cached(() => {
    throw new Error('at once');
  });
  await assert.rejects(atOnce(), /at once/);
});

test('who has waited for as long as one may computes', async () => {
  const fn = counted(() => (fn.calls === 1 ? new Promise(() => {}) : fn.calls));
  const load = cached(fn, { wait: 20 });
  load('a');
  assert.equal(await load('a'), 2);
  assert.equal(await load('a'), 2);
  assert.equal(load.cacheInfo().overdue, 1);
});

test('who may wait for longer than a timer takes waits', async () => {
  const load = cached(counted(() => sleep(30, 'value')), { wait: '60d' });
  assert.deepEqual(await Promise.all([load('a'), load('a')]), ['value', 'value']);
  const { misses, overdue } = load.cacheInfo();
  assert.deepEqual({ misses, overdue }, { misses: 1, overdue: 0 });
});

test('a value goes through its states', async () => {
  let answer = 1;
  let fails = false;
  const fn = counted(() => {
    if (fails) throw new Error('down');
    return answer;
  });
  const load = cached(fn, { ttl: '10s', refreshAhead: '2s', stale: '5s', staleOnError: '20s' });
  const settled = () => sleep(1);
  await load();
  now = START + 8_000;
  answer = 2;
  assert.equal(await load(), 1, 'due: served, and refreshed');
  await settled();
  assert.equal(await load(), 2);
  now += 12_000;
  answer = 3;
  assert.deepEqual(await Promise.all([load(), load(), load()]), [2, 2, 2], 'stale: the same, once for all');
  await settled();
  assert.equal(await load(), 3);
  assert.equal(fn.calls, 3);
  fails = true;
  now += 11_000;
  assert.equal(await load(), 3, 'stale, and refreshing fails');
  await settled();
  assert.match(warnings.join(), /could not be computed anew: down/);
  now += 5_000;
  assert.equal(await load(), 3, 'served where computing fails');
  now += 20_000;
  await assert.rejects(load(), /down/);
  assert.equal(load.cacheInfo().stale, 5);
});

test('clocks that are set back end a value', async () => {
  const fn = counted();
  const load = cached(fn, { ttl: '1d' });
  await load();
  now = START - 1_000;
  await load();
  assert.equal(fn.calls, 1);
  now = START - 86_400_000;
  await load();
  assert.equal(fn.calls, 2);
  now = START + 90_000_000;
  await load();
  assert.equal(fn.calls, 3);
});

test('that there is none has a time of its own', async () => {
  const fn = counted(() => null);
  const load = cached(fn, { ttl: '1h', stale: '1h', negativeTtl: '1s' });
  assert.equal(await load(), null);
  await load();
  now += 1_001;
  await load();
  assert.equal(fn.calls, 2);
  const like = cached(counted(() => undefined), { ttl: '1h' });
  await like();
  now += 1_800_000;
  await like();
  assert.equal(like.cacheInfo().misses, 1);
});

test('what is forgotten is computed anew, and nobody gets what was begun before', async () => {
  for (const forget of [(load) => load.invalidate(7), (load) => load.invalidateTag('seven'), (load) => load.clear()]) {
    let answer = 'old';
    const fn = counted(async () => {
      const read = answer;
      // What was begun first ends last.
      await sleep(fn.calls === 1 ? 30 : 1);
      return read;
    });
    const load = cached(fn, { tags: (number) => [number === 7 ? 'seven' : 'other'] });
    const begun = load(7);
    await sleep(1);
    answer = 'new';
    forget(load);
    assert.equal(await load(7), 'new');
    assert.equal(await begun, 'old');
    assert.equal(await load(7), 'new');
    forget(load);
    await load(7);
    assert.equal(fn.calls, 3);
  }
});

test('refresh computes anew, and a failure leaves what there is', async () => {
  let answer = 1;
  const load = cached(async () => {
    if (answer === 0) throw new Error('down');
    return answer;
  });
  await load();
  answer = 2;
  assert.equal(await load.refresh(), 2);
  assert.equal(await load(), 2);
  answer = 0;
  await assert.rejects(load.refresh(), /down/);
  assert.equal(await load(), 2);
});

test('this and arguments are passed on, name and length are those of the function', async () => {
  const object = {
    factor: 2,
    twice: cached(function twice(number) {
      return number * this.factor;
    }),
  };
  assert.equal(await object.twice(4), 8);
  assert.deepEqual([object.twice.name, object.twice.length], ['twice', 1]);
});

test('what was not asked for of late makes room', () => {
  const cache = new Cache('small', { maxEntries: 3 });
  for (const key of ['a', 'b', 'c']) cache.set(key, key);
  cache.get('a');
  cache.set('d', 'd');
  assert.deepEqual(['a', 'b', 'c', 'd'].map((key) => cache.has(key)), [true, false, true, true]);
  for (let key = 0; key < 10_000; key += 1) cache.set(key, key);
  assert.equal(cache.size, 3);
  const heavy = new Cache('heavy', { maxBytes: '10KiB' });
  for (let key = 0; key < 100; key += 1) heavy.set(key, 'x'.repeat(1000));
  const { bytes, entries, evictions } = heavy.cacheInfo();
  assert.ok(bytes <= 10_240 && entries === 8 && evictions === 92, JSON.stringify({ bytes, entries, evictions }));
  for (let key = 0; key < 100; key += 1) heavy.set(`${key}`.padEnd(5_000), 'x');
  const long = heavy.cacheInfo();
  assert.ok(long.bytes <= 10_240 && long.entries === 1, JSON.stringify(long));
  heavy.clear();
  assert.equal(heavy.cacheInfo().bytes, 0);
  heavy.set('x'.repeat(20_000), 'x');
  assert.equal(heavy.size, 0);
  heavy.set('large', 'x'.repeat(20_000));
  assert.equal(heavy.has('large'), false);
});

test('a cache has the methods of a map, and times and tags for each value', async () => {
  const cache = new Cache('values', { ttl: '1h' });
  assert.equal(cache.set('a', 1).set('b', 2, { ttl: '1s', tags: ['t'] }).get('a'), 1);
  assert.deepEqual([cache.has('b'), cache.has('c'), cache.get('c'), cache.size], [true, false, undefined, 2]);
  now += 1_001;
  assert.equal(cache.has('b'), false);
  const compute = counted(() => null);
  for (const round of [1, 2]) assert.equal(await cache.getOrCompute('n', compute, { tags: ['t'] }), null, `${round}`);
  cache.invalidate('t');
  await cache.getOrCompute('n', compute);
  assert.equal(compute.calls, 2);
  assert.deepEqual([cache.delete('a'), cache.delete('a')], [true, false]);
  cache.clear();
  assert.equal(cache.size, 0);
  assert.equal(cache.set(() => {}, 1).size, 0);
});

test('options that mean nothing are refused where they are given', () => {
  const fn = () => {};
  const cases = [
    [() => cached(null), TypeError, /a function, not null/],
    [() => cached(fn, { tll: 5 }), TypeError, /no option tll/],
    [() => cached(fn, null), TypeError, /an object/],
    [() => cached(fn, { ttl: '5 parsecs' }), RangeError, /ttl is a number/],
    [() => cached(fn, { ttl: -1 }), RangeError, /ttl/],
    [() => cached(fn, { ttl: NaN }), RangeError, /ttl/],
    [() => cached(fn, { maxBytes: '5 toString' }), RangeError, /maxBytes/],
    [() => cached(fn, { scope: 'world' }), TypeError, /process or node/],
    [() => cached(fn, { scope: 'node' }), TypeError, /namespace/],
    [() => cached(fn.bind(null), { scope: 'node', namespace: 'n' }), TypeError, /bound and native/],
    [() => cached(Math.max, { scope: 'node', namespace: 'n' }), TypeError, /with version/],
    [() => cached(fn, { scope: 'node', namespace: 'n', key: fn.bind(null) }), TypeError, /bound and native/],
    [() => cached(fn, { maxEntries: 0 }), RangeError, /maxEntries/],
    [() => cached(fn, { tags: 'one' }), TypeError, /a list of texts/],
    [() => cached(fn, { key: 'id' }), TypeError, /key is a function/],
    [() => cached(fn, { codec: 'v8' }), TypeError, /codec is json/],
    [() => new Cache(), TypeError, /a cache's name/],
    [() => new Cache('name', { namespace: 'other' }), TypeError, /no option namespace/],
    [() => new Cache('name', { tags: () => [] }), TypeError, /a list of texts/],
  ];
  for (const [make, name, message] of cases) assert.throws(make, { name: name.name, message }, String(make));
});

test('ESM exports the same', async () => {
  const module = await import('../index.mjs');
  assert.equal(module.Cache, Cache);
  assert.equal(module.cached, cached);
});

test('no snapshot holds what none may hold, and an epoch ends what is good for one alone', async () => {
  const hooks = globalThis[Symbol.for('headstart.hooks')];
  const [secret, leased, plain] = [{ noSnapshot: true }, { refreshOnRestore: true }, {}].map((options) => {
    const fn = counted();
    return Object.assign(cached(fn, options), { fn });
  });
  const ask = () => Promise.all([secret(), leased(), plain()]);
  const calls = () => [secret, leased, plain].map(({ fn }) => fn.calls);
  await ask();
  for (const hook of hooks.beforeSnapshot) await hook();
  await ask();
  assert.deepEqual(calls(), [2, 1, 1]);
  for (const hook of hooks.afterRestore) await hook({ wallClockMs: now, epoch: 3 });
  await ask();
  assert.deepEqual(calls(), [2, 2, 1]);
});

test('a process with a cache ends when its work does, and without the native part', () => {
  const source = `
    const { cached } = require(${JSON.stringify(PACKAGE)});
    const load = cached(async () => 1, { ttl: 60000, stale: 60000, refreshAhead: 50000 });
    load().then(() => load()).then(() => load.cacheInfo()).then((info) => {
      process.stdout.write(JSON.stringify([info.hits, Object.keys(require.cache).some((file) => file.endsWith('native.cjs'))]));
    });
    process.on('exit', () => process.stdout.write('!'));`;
  const out = execFileSync(process.execPath, ['-e', source], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(out, '[1,false]!');
});
