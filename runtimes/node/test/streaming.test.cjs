'use strict';
// Handlers that write their result as it comes.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Host, invocation } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

/** A host with an instance of this source. */
async function started(t, source) {
  const host = new Host();
  t.after(() => host.child.kill('SIGKILL'));
  const ready = await host.become(createPackage(t, { 'index.js': source }));
  assert.equal(ready.kind, 'ready', JSON.stringify(ready.body));
  return host;
}

/** What is written, a text for each message, and what ends it. */
async function read(host, event = {}) {
  host.send('invoke', invocation(JSON.stringify(event)));
  const pieces = [];
  for (;;) {
    const message = await host.next();
    if (message.kind === 'piece') pieces.push(message.text);
    else if (message.kind !== 'log') return { pieces, end: message };
  }
}

const streaming = (body) => `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });`;

test('pieces come as they are written, and the result ends with the stream', async (t) => {
  const host = await started(
    t,
    streaming(`stream.write('a'); await new Promise((done) => setTimeout(done, 30)); stream.write('b');
      setTimeout(() => stream.end('c'), 30);`),
  );
  for (let time = 0; time < 3; time++) {
    const { pieces, end } = await read(host);
    assert.deepEqual(pieces, ['a', 'b', 'c']);
    assert.deepEqual([end.kind, end.text], ['result', '']);
  }
});

test('an HTTP answer begins with its prelude, also where it has no body', async (t) => {
  const host = await started(
    t,
    streaming(`const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
      http.end(event.body);`),
  );
  const prelude = `{"statusCode":201,"headers":{"a":"b"}}${'\0'.repeat(8)}`;
  assert.deepEqual((await read(host, { body: 'text' })).pieces, [prelude, 'text']);
  assert.deepEqual((await read(host)).pieces, [prelude]);
});

test('much at once is sent in messages of a size, and waits for who reads', async (t) => {
  const host = await started(
    t,
    streaming(`const { once } = require('events'); let waited = 0;
      for (let number = 0; number < 8; number++) {
        if (!stream.write('x'.repeat(3 << 20))) { waited++; await once(stream, 'drain'); }
      }
      stream.end(String(waited));`),
  );
  const { pieces, end } = await read(host);
  assert.equal(end.kind, 'result');
  assert.equal(pieces.pop(), '8');
  assert.ok(pieces.every((piece) => piece.length <= 1 << 20));
  assert.equal(pieces.join('').length, 24 << 20);
});

test('what goes wrong ends it with a failure, and the next event is served', async (t) => {
  const host = await started(
    t,
    `exports.handler = awslambda.streamifyResponse((event, stream) => {
      if (event.sync) throw new RangeError('sync');
      if (event.destroy) { stream.write('x'); stream.destroy(new RangeError('destroyed')); return; }
      if (event.late) { stream.end('x'); return new Promise((_, fail) => setTimeout(fail, 5, new Error('late'))); }
      if (event.reject) { stream.write('x'); return Promise.reject(); }
      stream.end('fine');
    });`,
  );
  for (const [event, message] of [
    [{ sync: true }, 'sync'],
    [{ destroy: true }, 'destroyed'],
    [{ reject: true }, 'undefined'],
  ]) {
    const { end } = await read(host, event);
    assert.deepEqual([end.kind, end.body.message], ['failure', message]);
  }
  // What is thrown once the stream has ended changes nothing.
  assert.equal((await read(host, { late: true })).end.kind, 'result');
  await new Promise((done) => setTimeout(done, 20));
  const { pieces, end } = await read(host);
  assert.deepEqual([pieces, end.kind], [['fine'], 'result']);
});

test('functions that ask for nothing find nothing loaded, and may have their own', async (t) => {
  const host = await started(
    t,
    `exports.handler = async () => {
      const loaded = Object.keys(require.cache).filter((file) => file.endsWith('streaming.cjs'));
      const own = Object.keys(globalThis).includes('awslambda');
      globalThis.awslambda = 5;
      return [loaded.length, own, typeof awslambda];
    };`,
  );
  assert.deepEqual((await host.invoke({})).body, [0, false, 'number']);
});
