'use strict';
// The face of the host, over a native part that notes what it is asked.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const nativePart = require('../lib/native.cjs');

function fail(fields, streams) {
  return Object.assign(new Error(JSON.stringify(fields)), streams);
}

const asked = [];
const note = (name, answer) => [name, (...args) => (asked.push([name, ...args]), answer(...args))];
const fake = Object.fromEntries([
  note('hostNew', (options) => {
    if (options.stateDir === '/bad')
      throw fail({ code: 'host.state_dir_unusable', message: 'it is not writable', hint: 'name another' });
    return 'the host';
  }),
  note('hostRegister', async () => 1),
  note('hostPrewarm', async () => undefined),
  note('hostInvoke', async (host, id, payload) => {
    if (id === 2)
      throw fail(
        {
          code: 'function.raised',
          message: 'no',
          type: 'RangeError',
          trace: ['handler (index.js:1:1)'],
          retryable: false,
        },
        { stdout: Buffer.from('out'), stderr: Buffer.from('err') },
      );
    if (id === 3) throw new TypeError('not of the core');
    return {
      payload,
      stdout: Buffer.from('out'),
      stderr: Buffer.alloc(0),
      tier: 'cold',
      timings: { ready_us: 1 },
    };
  }),
  note('hostStop', async () => undefined),
]);
require.cache[require.resolve('../lib/native.cjs')].exports = { ...nativePart, native: () => fake };
const { HeadstartError, Host } = require('..');

test('calls are passed on with their defaults', async () => {
  asked.length = 0;
  const host = new Host({ stateDir: '/state', maxWorkers: undefined });
  const id = await host.register({ path: '/package', entry: undefined });
  await host.prewarm(id);
  await host.prewarm(id, { tier: 'stem', count: 2 });
  await host.invoke(id);
  await host.invokeJson(id, '{"a":1}', { timeout: 10 });
  await host.stop();
  assert.deepEqual(asked, [
    ['hostNew', { stateDir: '/state' }],
    ['hostRegister', 'the host', { path: '/package' }],
    ['hostPrewarm', 'the host', 1, 'warm', 1],
    ['hostPrewarm', 'the host', 1, 'stem', 2],
    ['hostInvoke', 'the host', 1, Buffer.from('null'), 30_000],
    ['hostInvoke', 'the host', 1, Buffer.from('{"a":1}'), 10],
    ['hostStop', 'the host', 5_000],
  ]);
});

test('a reply has value, bytes, output and timings', async () => {
  const reply = await new Host().invoke(1, { text: 'é' });
  assert.deepEqual(reply.value, { text: 'é' });
  assert.deepEqual(reply.payload, Buffer.from('{"text":"é"}'));
  assert.deepEqual([String(reply.stdout), reply.tier, reply.timings], ['out', 'cold', { ready_us: 1 }]);
});

test('errors of the core become HeadstartErrors', async () => {
  assert.throws(
    () => new Host({ stateDir: '/bad' }),
    (error) => {
      assert.ok(error instanceof HeadstartError && error instanceof Error);
      assert.deepEqual(
        [error.name, error.code, error.message, error.hint],
        ['HeadstartError', 'host.state_dir_unusable', 'it is not writable', 'name another'],
      );
      return true;
    },
  );
  await assert.rejects(new Host().invoke(2), (error) => {
    assert.deepEqual([error.code, error.type, error.retryable], ['function.raised', 'RangeError', false]);
    assert.deepEqual(
      [error.trace, String(error.stdout), String(error.stderr)],
      [['handler (index.js:1:1)'], 'out', 'err'],
    );
    return true;
  });
});

test('other errors come through as they are', async () => {
  await assert.rejects(new Host().invoke(3), { name: 'TypeError', message: 'not of the core' });
});

test('the platform is named by system, processor and C library', () => {
  const { platformName } = nativePart;
  assert.match(platformName(), process.platform === 'linux' ? /^linux-\w+-(gnu|musl)$/ : /^\w+-\w+$/);
});
