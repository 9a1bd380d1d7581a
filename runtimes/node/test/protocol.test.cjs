'use strict';
// The launcher against hosts that go away, speak out of turn or speak garbage.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Host, encode, frame } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

const EXIT_PROTOCOL = 70;

async function ends(host, code) {
  assert.deepEqual(await host.exited, { code, signal: null });
}

async function breaks(host, code) {
  const { kind, body } = await host.answer();
  assert.deepEqual([kind, body.code], ['failure', code]);
  await ends(host, EXIT_PROTOCOL);
}

async function idle(t, source = 'exports.handler = async (event) => event;') {
  const host = new Host();
  assert.equal((await host.become(createPackage(t, { 'index.js': source }))).kind, 'ready');
  return host;
}

test('hello comes unasked and says what the worker is', async () => {
  const host = new Host();
  const { body, request } = await host.next();
  assert.equal(request, 0);
  assert.deepEqual(
    { ...body, entered_ns: typeof body.entered_ns },
    {
      versions: [1],
      runtime: 'nodejs',
      runtime_version: process.versions.node,
      launcher: '0.1.0',
      pid: host.child.pid,
      entered_ns: 'number',
    },
  );
  const behind = process.hrtime.bigint() - BigInt(body.entered_ns);
  assert.ok(behind > 0n && behind < 5_000_000_000n, 'it is the clock that this process sees');
  await host.close();
});

test('ready as a stem carries the timing of the launcher', async () => {
  const host = new Host();
  const { kind, request, body } = await host.welcome();
  assert.deepEqual([kind, request, body.state], ['ready', 1, 'stem']);
  assert.ok(body.timings_us.launcher > 0);
  assert.deepEqual([body.preload_failed, body.warnings], [[], []]);
  await host.close();
});

test('another version is refused', async () => {
  const host = new Host();
  const { kind, body } = await host.welcome({ version: 2 });
  assert.deepEqual([kind, body.code], ['failure', 'protocol.version_unsupported']);
  await ends(host, EXIT_PROTOCOL);
});

test('a zygote is refused', async () => {
  const host = new Host();
  const { kind, body } = await host.welcome({ role: 'zygote' });
  assert.deepEqual([kind, body.code], ['failure', 'zygote.not_supported']);
  await ends(host, 1);
});

test('end of file ends the worker with code 0 and no hooks, in every state', async (t) => {
  const greeted = new Host();
  await greeted.next();
  assert.deepEqual(await greeted.close(), { code: 0, signal: null });

  const stem = new Host();
  await stem.welcome();
  assert.deepEqual(await stem.close(), { code: 0, signal: null });

  const hooked = `
    (globalThis[Symbol.for('headstart.hooks')] ??= {}).shutdown = [() => console.log('hook')];
    exports.handler = () => new Promise(() => {});`;
  const waiting = await idle(t, hooked);
  assert.deepEqual(await waiting.close(), { code: 0, signal: null });
  assert.equal(waiting.output.stdout, '');

  const busy = await idle(t, hooked);
  busy.send('invoke', Buffer.concat([Buffer.alloc(16), Buffer.from('{}')]));
  assert.deepEqual(await busy.close(), { code: 0, signal: null });
});

test('end of file within a frame ends the worker as well', async () => {
  const host = new Host();
  await host.next();
  host.socket.end(encode('welcome', 1, '{}').subarray(0, 10));
  await ends(host, 0);
});

test('garbage is answered and ends the worker', async () => {
  const host = new Host();
  await host.next();
  host.socket.write('GET / HTTP/1.1\r\n\r\n');
  await breaks(host, 'protocol.bad_magic');
});

test('a frame over the limit is refused at its header', async (t) => {
  const host = await idle(t);
  const header = frame('prewarm', 9, Buffer.alloc(0));
  header.writeUInt32LE(2 << 20, 4);
  host.socket.write(header);
  await breaks(host, 'protocol.frame_too_large');
});

test('a body that lacks a field is refused, with the request it belongs to', async () => {
  const host = new Host();
  await host.next();
  host.socket.write(encode('welcome', 7, '{"version": 1}'));
  const { request, body } = await host.answer();
  assert.deepEqual([request, body.code], [7, 'protocol.bad_body']);
  await ends(host, EXIT_PROTOCOL);
});

test('a message out of turn is refused', async (t) => {
  const early = new Host();
  await early.next();
  early.send('prewarm', {});
  await breaks(early, 'protocol.unexpected_message');

  const busy = await idle(t, 'exports.handler = () => new Promise(() => {});');
  busy.send('invoke', Buffer.concat([Buffer.alloc(16), Buffer.from('{}')]));
  busy.send('invoke', Buffer.concat([Buffer.alloc(16), Buffer.from('{}')]));
  await breaks(busy, 'protocol.unexpected_message');

  const reversed = await idle(t);
  reversed.send('ready', { state: 'stem' });
  await breaks(reversed, 'protocol.unexpected_message');
});

test('frames that come in pieces and together are told apart', async (t) => {
  const host = new Host();
  await host.next();
  const directory = createPackage(t, { 'index.js': 'exports.handler = async (event) => event;' });
  const welcome = encode('welcome', 1, JSON.stringify({ version: 1, role: 'worker', max_payload: 1000 }));
  for (const byte of welcome) {
    host.socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  assert.equal((await host.answer()).body.state, 'stem');
  host.request = 1;
  assert.equal((await host.specialize(directory)).body.state, 'instance');
  await host.close();
});

test('the payload limit of welcome holds for events and results', async (t) => {
  const host = new Host();
  await host.welcome({ max_payload: 100 });
  await host.specialize(createPackage(t, { 'index.js': 'exports.handler = async (n) => "x".repeat(n);' }));
  assert.equal((await host.invoke('98')).kind, 'result');
  assert.equal((await host.invoke('99')).body.code, 'payload.too_large');
  host.socket.write(frame('invoke', 9, Buffer.alloc(16 + (64 << 10) + 101)));
  await breaks(host, 'protocol.frame_too_large');
});

test('six megabytes go in and come out', async (t) => {
  const host = await idle(t);
  const event = JSON.stringify('é'.repeat(3 * 1024 * 1024 - 1));
  const { kind, text } = await host.invoke(event);
  assert.equal(kind, 'result');
  assert.ok(text === event);
  await host.close();
});
