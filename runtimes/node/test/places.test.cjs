'use strict';
// Where sockets and threads come from, as it is told before a snapshot.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { test } = require('node:test');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');
const { createParking } = require('./support/parking.cjs');

const SOURCE = `const net = require('net');
const { once } = require('events');
const dgram = require('dgram');
const { Worker } = require('worker_threads');
const named = net.createServer().listen(0, 'localhost');
const plain = net.createServer().listen(0);
const gone = net.createServer().listen(0);
const udp = dgram.createSocket('udp4').bind(0);
const worker = new Worker('setTimeout(() => {}, 60000)', { eval: true });
exports.handler = async () => {
  gone.close();
  await Promise.all([named, udp].map((it) => it.address() || once(it, 'listening')));
  const near = new net.Socket();
  near.connect({ port: plain.address().port, host: 'localhost' });
  await once(near, 'connect');
  return Error.stackTraceLimit;
};`;

/** The answer of a worker that is to be a snapshot to the order to stop, and what it has logged. */
async function park(t, source, fields) {
  const host = new Host();
  const files = createParking(t, host);
  await host.welcome(fields);
  const directory = createPackage(t, { 'index.js': source });
  await host.specialize(directory);
  const { body: result } = await host.invoke({});
  host.send('before_snapshot', { park: files });
  const messages = [await host.next()];
  while (messages.at(-1).kind === 'log') messages.push(await host.next());
  const ready = messages.pop().body;
  return { directory: fs.realpathSync(directory), result, ready, logs: messages.map((it) => it.body) };
}

test('what is open is told by the line that opened it', async (t) => {
  const { directory, result, ready, logs } = await park(t, SOURCE, { places: true });
  assert.equal(result, 10);
  const places = ready.opened.map(({ place }) => place.replace(`${directory}/index.js:`, ''));
  assert.deepEqual(places.sort((one, other) => one - other), ['5', '6', '8', '14']);
  const told = logs.filter(({ level }) => level === 'info').map(({ message }) => message);
  assert.deepEqual(told, [`the thread 1, started at ${directory}/index.js:9, goes into the snapshot`]);
});

test('nothing is noted unless it is asked for', async (t) => {
  const { ready } = await park(t, SOURCE);
  assert.equal(ready.opened, undefined);
});

test('a formatter of user code is neither asked nor lost', () => {
  const script = `
    Error.prepareStackTrace = () => { throw new Error('asked'); };
    const mine = Error.prepareStackTrace;
    const { Places } = require(${JSON.stringify(require.resolve('../lib/places.cjs'))});
    const places = new Places().open();
    const server = require('net').createServer().listen(0, () => {
      const [{ place }] = places.tell(() => {});
      places.close();
      if (Error.prepareStackTrace !== mine) process.exit(3);
      console.log(place);
      server.close();
    });`;
  const run = `require('vm').runInThisContext(${JSON.stringify(script)}, '/user.js')`;
  const said = execFileSync(process.execPath, ['-e', run]);
  assert.equal(said.toString(), '/user.js:6\n');
});
