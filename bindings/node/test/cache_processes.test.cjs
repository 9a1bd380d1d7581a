'use strict';
// Caches among processes and threads: one computes, whoever is killed, and nothing stays behind.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { directoryFor, entries, installed, skip, start, until } = require('./support/sharing.cjs');

/**
 * What a process does: asks for one key, noting each computation in a file. The variables TAKES, in milliseconds, and ROLE
 * say what computing does: its text is the same for all, since another text is another function.
 */
function script(directory, { options = '', then = '' } = {}) {
  return `
    const fs = require('node:fs');
    const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const directory = ${JSON.stringify(directory)};
    const compute = async () => {
      const { ROLE, TAKES } = process.env;
      fs.appendFileSync(directory + '/computed', process.pid + '\\n');
      if (ROLE === 'idles') await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      await sleep(ROLE === 'hangs' ? 60_000 : Number(TAKES ?? 0));
      if (ROLE === 'fails') throw new Error('failed');
      return 'of ' + process.pid;
    };
    const place = { scope: 'node', namespace: 'shared', directory: directory + '/cache' };
    const load = cached(compute, { ...place, ttl: '1h', ${options} });
    (async () => {
      const begun = Date.now();
      const value = await load('key');
      console.log(JSON.stringify({ value, took: Date.now() - begun, info: load.cacheInfo() }));
      ${then}
    })();`;
}

function computedIn(directory) {
  const file = path.join(directory, 'computed');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : [];
}

/** What became of a process that prints JSON. */
async function outcome(started) {
  const { code } = await started.ended;
  assert.equal(code, 0, started.errors);
  assert.equal(started.errors, '');
  return JSON.parse(started.text);
}

test('four processes and one cold key compute once', { skip }, async (t) => {
  const directory = directoryFor(t);
  const started = [1, 2, 3, 4].map(() => start(script(directory), { TAKES: '500' }));
  const outcomes = await Promise.all(started.map(outcome));
  assert.equal(computedIn(directory).length, 1);
  assert.equal(new Set(outcomes.map(({ value }) => value)).size, 1);
});

/** What all processes have told that they have done: hits of theirs, hits on the node, misses. */
function toldIn(directory) {
  const [namespace] = fs.readdirSync(path.join(directory, 'cache/1'));
  const figures = fs.readFileSync(path.join(directory, 'cache/1', namespace, 'figures'));
  return [0, 1, 2].map((index) => Number(figures.readBigUInt64LE(8 + 8 * index)));
}

test('what was done is told at the end, and before a freeze', { skip }, async (t) => {
  const directory = directoryFor(t);
  const then = `await load('key'); await load('key');
    if (process.env.FREEZES) {
      for (const hook of globalThis[Symbol.for('headstart.hooks')].beforeFreeze) hook({});
      process.kill(process.pid, 'SIGKILL');
    }`;
  await outcome(start(script(directory, { then })));
  assert.deepEqual(toldIn(directory), [2, 0, 1]);
  await outcome(start(script(directory, { then })));
  assert.deepEqual(toldIn(directory), [4, 1, 1]);
  const { signal } = await start(script(directory, { then }), { FREEZES: '1' }).ended;
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(toldIn(directory), [6, 2, 1]);
});

test('the others go on when the one who computes is killed', { skip }, async (t) => {
  const directory = directoryFor(t);
  const killed = start(script(directory), { ROLE: 'hangs' });
  t.after(() => killed.child.kill('SIGKILL'));
  await until(() => computedIn(directory).length === 1);
  const others = [1, 2, 3].map(() => start(script(directory, { options: "wait: '60s'" }), { TAKES: '100' }));
  await sleep(1_000);
  assert.equal(computedIn(directory).length, 1, 'they wait');
  const at = Date.now();
  killed.child.kill('SIGKILL');
  const outcomes = await Promise.all(others.map(outcome));
  assert.ok(Date.now() - at < 5_000);
  assert.equal(computedIn(directory).length, 2);
  assert.equal(new Set(outcomes.map(({ value }) => value)).size, 1);
});

test('where the one who computes hangs, the others compute after a while', { skip }, async (t) => {
  const directory = directoryFor(t);
  const hanging = start(script(directory), { ROLE: 'hangs' });
  t.after(() => hanging.child.kill('SIGKILL'));
  await until(() => computedIn(directory).length === 1);
  const { took, info } = await outcome(start(script(directory, { options: 'wait: 300' })));
  assert.ok(took >= 300 && took < 5_000, `${took} ms`);
  assert.equal(info.overdue, 1);
});

test('a failure is the error of the one who computes; the others compute in turn', { skip }, async (t) => {
  const directory = directoryFor(t);
  const failing = start(script(directory), { ROLE: 'fails', TAKES: '500' });
  await until(() => computedIn(directory).length === 1);
  const others = [1, 2].map(() => start(script(directory), { TAKES: '300' }));
  const outcomes = await Promise.all(others.map(outcome));
  assert.equal((await failing.ended).code, 1);
  assert.match(failing.errors, /Error: failed/);
  assert.equal(new Set(outcomes.map(({ value }) => value)).size, 1);
  assert.equal(computedIn(directory).length, 2);
});

test('a stale value is computed anew by one process, and served by all', { skip }, async (t) => {
  const directory = directoryFor(t);
  const options = "ttl: 1, stale: '1h'";
  const first = await outcome(start(script(directory, { options })));
  const refreshing = start(script(directory, { options }), { TAKES: '3000' });
  await until(() => computedIn(directory).length === 2);
  const others = [1, 2, 3].map(() => start(script(directory, { options }), { TAKES: '3000' }));
  const outcomes = await Promise.all([refreshing, ...others].map(outcome));
  for (const { value, took } of outcomes) {
    assert.equal(value, first.value);
    assert.ok(took < 1_000, `${took} ms: nobody waits for a refresh`);
  }
  assert.equal(computedIn(directory).length, 2);
});

/** A thread of this process that runs a script. */
function thread(source, environment) {
  const prelude = `const { cached } = require(${JSON.stringify(installed)});\n`;
  const worker = new Worker(prelude + source, { eval: true, stdout: true, env: { ...process.env, ...environment } });
  worker.stdout.resume();
  worker.ended = new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
  return worker;
}

test('threads of one process compute once', { skip }, async (t) => {
  const directory = directoryFor(t);
  const threads = [1, 2, 3, 4].map(() => thread(script(directory), { TAKES: '500' }));
  assert.deepEqual(await Promise.all(threads.map(({ ended }) => ended)), [0, 0, 0, 0]);
  assert.equal(computedIn(directory).length, 1);
});

test('a process outlives threads that alone have used the native part', { skip }, async (t) => {
  const directory = directoryFor(t);
  const ask = `const { cached } = require(${JSON.stringify(installed)});
    cached(async () => 1, { scope: 'node', namespace: 'n', directory: ${JSON.stringify(directory)}, ttl: 1 })('key');`;
  const { code, signal } = await start(`
    const { Worker } = require('node:worker_threads');
    const ended = () => new Promise((resolve) => new Worker(${JSON.stringify(ask)}, { eval: true }).on('exit', resolve));
    (async () => {
      for (let round = 0; round < 5; round += 1) await Promise.all([ended(), ended(), ended(), ended()]);
    })();`).ended;
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
});

test('a thread, which is told of no snapshot, holds nothing that none may hold', { skip }, async (t) => {
  const source = `
    const { parentPort } = require('node:worker_threads');
    const make = (options) => cached(async () => {}, options);
    const all = [make({ noSnapshot: true }), make({ refreshOnRestore: true }), make({})];
    process.on('warning', ({ message }) => parentPort.postMessage(message));
    Promise.all(all.map((load) => load())).then(() => parentPort.postMessage(all.map((load) => load.cacheInfo().entries)));`;
  const worker = thread(source);
  const messages = [];
  worker.on('message', (message) => messages.push(message));
  await worker.ended;
  assert.deepEqual(messages.filter((message) => typeof message !== 'string'), [[0, 0, 1]]);
  assert.match(messages.join(), /not cached in this thread/);
});

test('a thread that is ended while it computes releases the others', { skip }, async (t) => {
  const directory = directoryFor(t);
  const hanging = thread(script(directory), { ROLE: 'hangs' });
  await until(() => computedIn(directory).length === 1);
  const waiting = start(script(directory, { options: "wait: '60s'" }));
  await sleep(500);
  assert.equal(computedIn(directory).length, 1, 'it waits');
  await hanging.terminate();
  assert.ok((await outcome(waiting)).took < 10_000);
  assert.equal(computedIn(directory).length, 2);
});

test('a process ends while a value is computed anew, and nothing stays behind', { skip }, async (t) => {
  const directory = directoryFor(t);
  const options = "ttl: 1, stale: '1h'";
  const first = await outcome(start(script(directory, { options })));
  const { value } = await outcome(start(script(directory, { options }), { ROLE: 'idles' }));
  assert.equal(value, first.value);
  assert.equal(computedIn(directory).length, 2);
  const names = fs.readdirSync(path.join(directory, 'cache'), { recursive: true });
  assert.deepEqual(names.filter((name) => path.basename(name).startsWith('.')), []);
});

test('writers that are killed leave whole entries and no debris', { skip }, async (t) => {
  const directory = directoryFor(t);
  const writing = `
    const cache = new Cache('killed', { scope: 'node', directory: ${JSON.stringify(directory)}, ttl: '1h' });
    console.log('begun');
    for (let number = 0; ; number += 1) cache.set(number % 50, String(number).repeat(3_000));`;
  for (let round = 0; round < 10; round += 1) {
    const started = start(writing);
    await until(() => started.text !== '');
    await sleep(round * 7);
    started.child.kill('SIGKILL');
    await started.ended;
  }
  const { Cache } = require(installed);
  const cache = new Cache('killed', { scope: 'node', directory });
  const found = Array.from({ length: 50 }, (_, key) => cache.get(key)).filter((value) => value !== undefined);
  assert.ok(found.length > 0 && entries(directory).length > 0);
  for (const value of found) assert.equal(value, value.slice(0, value.length / 3_000).repeat(3_000));
  assert.equal(cache.cacheInfo().damaged, 0);
});
