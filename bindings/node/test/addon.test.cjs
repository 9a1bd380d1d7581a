'use strict';
// The host, through the installed package and its native part: HEADSTART_PACKAGE names where it is installed.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const installed = process.env.HEADSTART_PACKAGE;
const skip = installed ? false : 'HEADSTART_PACKAGE names no installed package';

const HANDLER = `
const { afterThaw, beforeFreeze, prewarm } = require(${JSON.stringify(installed ?? '')});
const ready = [];
prewarm(() => ready.push('yes'));
beforeFreeze(() => ready.push('rested'));
afterThaw(() => ready.push('woken'));
exports.handler = async (event) => {
  console.log('working');
  console.error('talking');
  if (event === 'fail') throw new RangeError('no such row');
  return { event, ready };
};
`;

let directory;
let host;
let id;
let headstart;

before(async () => {
  if (skip) return;
  headstart = require(installed);
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'headstart-'));
  fs.writeFileSync(path.join(directory, 'index.js'), HANDLER);
  host = new headstart.Host({ maxWorkers: 4 });
  const interpreter = process.execPath;
  id = await host.register({ path: directory, entry: 'index.handler', runtime: 'nodejs', interpreter });
});

after(async () => {
  if (skip) return;
  await host.stop({ grace: 1000 });
  fs.rmSync(directory, { recursive: true });
});

test('an event and its reply', { skip }, async () => {
  const reply = await host.invoke(id, { a: 'ä' });
  assert.deepEqual(reply.value, { event: { a: 'ä' }, ready: [] });
  assert.equal(reply.tier, 'cold');
  assert.equal(reply.stdout.toString(), 'working\n');
  assert.equal(reply.stderr.toString(), 'talking\n');
  assert.ok(reply.timings.ready_us > 0);
});

test('hooks run when an instance is prewarmed', { skip }, async () => {
  const other = await host.register({ path: directory, entry: 'index.handler', runtime: 'nodejs' });
  await host.prewarm(other, { tier: 'warm', count: 1 });
  const reply = await host.invokeJson(other, 'null');
  assert.equal(reply.tier, 'warm');
  assert.deepEqual(reply.value.ready, ['yes']);
});

test('frozen instances come back with their hooks run', { skip }, async () => {
  const other = await host.register({ path: directory, entry: 'index.handler', runtime: 'nodejs' });
  for (const tier of ['frozen', 'frozen-paged']) {
    await host.prewarm(other, { tier });
    await host.prewarm(other, { tier: 'paged-in' });
    const reply = await host.invoke(other);
    assert.equal(reply.tier, 'frozen');
    assert.deepEqual(reply.value.ready.slice(-2), ['rested', 'woken']);
  }
});

test('an exception of the function is an error with its code', { skip }, async () => {
  const error = await host.invoke(id, 'fail').catch((thrown) => thrown);
  assert.ok(error instanceof headstart.HeadstartError);
  assert.equal(error.code, 'function.raised');
  assert.deepEqual([error.type, error.message], ['RangeError', 'no such row']);
  assert.match(error.trace.join('\n'), /index\.js/);
  assert.equal(error.retryable, false);
});

test('other errors', { skip }, async () => {
  const cases = [
    ['function.not_found', () => host.register({ path: '/no/such/package', entry: 'index.handler' })],
    ['function.entry_invalid', () => host.register({ path: directory, entry: 'handler' })],
    ['runtime.unknown', () => host.register({ path: directory, entry: 'index.handler', runtime: 'ruby' })],
    ['function.not_registered', () => host.invoke(999)],
    ['payload.invalid_json', () => host.invokeJson(id, '{')],
    ['zygote.not_supported', () => host.prewarm(id, { tier: 'zygote' })],
    ['config.invalid', () => host.prewarm(id, { tier: 'hot' })],
    ['function.timed_out', () => host.invoke(id, null, { timeout: 0 })],
  ];
  for (const [code, call] of cases) {
    const error = await Promise.resolve().then(call).catch((thrown) => thrown);
    assert.equal(error.code, code, `${code}: ${error}`);
  }
});

test('a stopped host says so', { skip }, async () => {
  const stopped = new headstart.Host();
  const function_ = await stopped.register({ path: directory, entry: 'index.handler', runtime: 'nodejs' });
  await stopped.stop({ grace: 100 });
  await assert.rejects(stopped.invoke(function_), { code: 'host.stopped' });
});
