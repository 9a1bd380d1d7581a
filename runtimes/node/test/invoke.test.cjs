'use strict';
// Events, results and the context.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

async function instance(t, source) {
  const host = new Host();
  const ready = await host.become(createPackage(t, { 'index.js': source }));
  assert.equal(ready.kind, 'ready', ready.text);
  assert.ok(ready.body.timings_us.import > 0);
  return host;
}

test('module state lives on between invocations', async (t) => {
  const host = await instance(t, 'let count = 0; exports.handler = async () => ++count;');
  for (const count of [1, 2, 3]) {
    const { request, body } = await host.invoke({});
    assert.deepEqual([request, body], [count + 2, count]);
  }
  await host.close();
});

test('an invocation that fails does not end the worker', async (t) => {
  const host = await instance(
    t,
    'exports.handler = async (event) => { if (event) throw new Error("no"); return "yes"; };',
  );
  assert.equal((await host.invoke('true')).kind, 'failure');
  assert.equal((await host.invoke('{broken')).body.code, 'payload.invalid_json');
  assert.equal((await host.invoke('')).body.code, 'payload.invalid_json');
  assert.equal(
    (await host.ask('invoke', Buffer.concat([Buffer.alloc(16), Buffer.from([0x22, 0xff, 0x22])]))).body.code,
    'payload.invalid_json',
  );
  assert.equal((await host.invoke('false')).body, 'yes');
  await host.close();
});

test('the context has what the host said of the request', async (t) => {
  const host = await instance(
    t,
    'exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });',
  );
  const context =
    '{"request_id": "r-1", "trace_id": "t-1", "client_context": {"a": 1}, "identity": {"b": 2}}';
  const { body } = await host.invoke({}, { context, budgetUs: 5_000_000 });
  const { awsRequestId, requestId, traceId, clientContext, identity, functionName, memoryLimitInMB, left } =
    body;
  assert.deepEqual([awsRequestId, requestId, traceId], ['r-1', 'r-1', 't-1']);
  assert.deepEqual(
    [clientContext, identity, functionName, memoryLimitInMB],
    [{ a: 1 }, { b: 2 }, 'test', null],
  );
  assert.ok(left > 4000 && left <= 5000);
  const plain = (await host.invoke({})).body;
  assert.deepEqual([plain.awsRequestId, plain.traceId, plain.clientContext], ['4', null, null]);
  assert.equal(plain.left, 2 ** 31 - 1);
  await host.close();
});

test('the first of callback and promise counts, and only once', async (t) => {
  const host = await instance(
    t,
    `exports.handler = async (event, context, callback) => {
       callback(null, 'called'); callback(new Error('again'));
       if (event.reject) throw new Error('late');
       return 'returned';
     };`,
  );
  for (const event of [{}, { reject: true }, {}]) assert.equal((await host.invoke(event)).body, 'called');
  await host.close();
});

test('work that outlives an invocation goes on without disturbing the next', async (t) => {
  const host = await instance(
    t,
    `let ticks = 0;
     exports.handler = (event, context, callback) => {
       context.callbackWaitsForEmptyEventLoop = true;
       if (ticks === 0) setInterval(() => (ticks += 1), 1).unref();
       setTimeout(() => callback(null, ticks), 20);
     };`,
  );
  assert.ok((await host.invoke({})).body > 0);
  assert.ok((await host.invoke({})).body > 1);
  await host.close();
});

test('a function that replaces clocks and process.exit does not confuse the launcher', async (t) => {
  const host = await instance(
    t,
    `process.exit = () => {}; process.hrtime = () => [0, 0]; process.uptime = () => 0;
     exports.handler = async (event, context) => context.getRemainingTimeInMillis() > 0;`,
  );
  assert.equal((await host.invoke({}, { budgetUs: 3_600_000_000 })).body, true);
  assert.deepEqual(await host.close(), { code: 0, signal: null });
});

test('an ES module without a type that needs import() is loaded', async (t) => {
  const host = new Host();
  const directory = createPackage(t, {
    'index.js': 'export const handler = async () => value;\nconst value = await Promise.resolve(7);\n',
  });
  const ready = await host.become(directory);
  if (ready.kind === 'failure') {
    // Only a Node that takes such a file itself can do it.
    assert.equal(ready.body.code, 'function.syntax_error');
  } else {
    assert.equal((await host.invoke({})).body, 7);
  }
  await host.close();
});
