'use strict';
// Hooks and the orderly end.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

const REGISTER = `
  const registry = (globalThis[Symbol.for('headstart.hooks')] ??= {});
  const register = (kind, hook) => (registry[kind] ??= []).push(hook);
  const calls = [];
  exports.handler = async () => calls.splice(0);
`;
const WAKE = { wall_clock_ns: 1_800_000_000_123_456_768, epoch: 4 };

async function instance(t, source) {
  const host = new Host();
  assert.equal((await host.become(createPackage(t, { 'index.js': REGISTER + source }))).kind, 'ready');
  return host;
}

test('before-hooks run last first, after-hooks in order, twice if registered twice', async (t) => {
  const host = await instance(
    t,
    `for (const kind of ['prewarm', 'beforeFreeze', 'afterThaw', 'beforeSnapshot', 'afterRestore']) {
       const first = async () => { await null; calls.push('first'); };
       register(kind, first);
       register(kind, () => calls.push('second'));
       register(kind, first);
     }
     register('prewarm', () => calls.push('last'));`,
  );
  const orders = {
    prewarm: ['first', 'second', 'first', 'last'],
    before_freeze: ['first', 'second', 'first'],
    after_thaw: ['first', 'second', 'first'],
    before_snapshot: ['first', 'second', 'first'],
    after_restore: ['first', 'second', 'first'],
  };
  for (const [kind, order] of Object.entries(orders)) {
    const { body } = await host.ask(kind, kind.startsWith('after') ? WAKE : {});
    assert.deepEqual([body.state, body.hooks_failed], ['instance', []]);
    assert.ok(body.timings_us.hooks >= 0);
    assert.deepEqual((await host.invoke({})).body, order);
  }
  await host.close();
});

test('what is undone is undone in reverse', async (t) => {
  const host = await instance(
    t,
    "for (const name of ['a', 'b', 'c']) register('beforeFreeze', () => calls.push(name));",
  );
  await host.ask('before_freeze');
  assert.deepEqual((await host.invoke({})).body, ['c', 'b', 'a']);
  await host.close();
});

test('what is loaded after a restore finds the epoch in the registry', async (t) => {
  const host = new Host();
  const source = "exports.handler = async () => globalThis[Symbol.for('headstart.hooks')];";
  await host.become(createPackage(t, { 'index.js': source }));
  await host.ask('after_restore', WAKE);
  assert.deepEqual((await host.invoke({})).body, { epoch: 4 });
  await host.close();
});

test('after-hooks learn the time and the epoch', async (t) => {
  const host = await instance(
    t,
    "register('afterRestore', (wake) => calls.push(wake)); register('prewarm', (...all) => calls.push(all));",
  );
  await host.ask('after_restore', WAKE);
  assert.deepEqual((await host.invoke({})).body, [{ wallClockMs: 1_800_000_000_123, epoch: 4 }]);
  await host.close();
});

test('each hook is announced before it starts', async (t) => {
  const host = await instance(
    t,
    "register('prewarm', function connect() { console.log('ran'); }); register('prewarm', () => {});",
  );
  host.send('prewarm', {});
  const hooks = [];
  for (let message = await host.next(); message.kind === 'log'; message = await host.next())
    hooks.push(message.body.hook);
  assert.deepEqual(hooks, ['connect', 'prewarm[1]']);
  await host.close();
});

test('a hook that throws is reported by name and the others still run', async (t) => {
  const host = await instance(
    t,
    `register('prewarm', function broken() { throw new RangeError('too much'); });
     register('prewarm', async function rejected() { throw 'a text'; });
     register('prewarm', 'no function');
     register('prewarm', () => calls.push('ran'));`,
  );
  const { kind, body } = await host.ask('prewarm');
  assert.equal(kind, 'ready');
  assert.deepEqual(
    body.hooks_failed.map(({ code, hook, type }) => [code, hook, type]),
    [
      ['hook.failed', 'broken', 'RangeError'],
      ['hook.failed', 'rejected', 'string'],
      ['hook.failed', 'prewarm[2]', 'TypeError'],
    ],
  );
  assert.match(body.hooks_failed[0].trace.at(-1), /broken \(.*index\.js:\d+:\d+\)/);
  assert.deepEqual((await host.invoke({})).body, ['ran']);
  await host.close();
});

test('without hooks the messages are answered all the same', async (t) => {
  const host = await instance(t, '');
  assert.equal((await host.ask('before_snapshot')).kind, 'ready');
  assert.equal((await host.ask('after_thaw', WAKE)).kind, 'ready');
  await host.close();
});

test('shutdown runs its hooks last first, then what runs at a normal exit, and exits with 0', async (t) => {
  const host = await instance(
    t,
    `register('shutdown', () => console.log('first'));
     register('shutdown', function bad() { throw new Error('no'); });
     register('shutdown', async () => { await new Promise((done) => setTimeout(done, 10)); console.log('last'); });
     process.exitCode = 5;
     process.on('exit', (code) => console.log('exit', code));`,
  );
  host.send('shutdown', { grace_us: 1_000_000 });
  const logs = [];
  for (let message = await host.next(); message; message = await host.next()) logs.push(message.body.message);
  assert.deepEqual(await host.exited, { code: 0, signal: null });
  assert.equal(host.output.stdout, 'last\nfirst\nexit 0\n');
  assert.ok(
    logs.some((message) => message === 'shutdown hook bad failed: no'),
    logs.join(),
  );
});

test('a stem shuts down as well', async () => {
  const host = new Host();
  await host.welcome();
  assert.equal(await host.ask('shutdown', { grace_us: 1000 }), undefined);
  assert.deepEqual(await host.exited, { code: 0, signal: null });
});
