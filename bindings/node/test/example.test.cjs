'use strict';
// `examples/node-api`: two servers over one database.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { directoryFor, installed, skip, until } = require('./support/sharing.cjs');

const EXAMPLE = path.join(__dirname, '../../../examples/node-api');
const TTL = 1_000;

/** A server of the example; gives a function that asks it. */
async function serve(t, directory) {
  const environment = { PORT: '0', TTL: `${TTL}ms`, DATABASE: path.join(directory, 'database'), HEADSTART_CACHE_DIR: path.join(directory, 'cache') };
  const child = spawn(process.execPath, ['server.js'], { cwd: directory, env: { ...process.env, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
  t.after(() => child.kill('SIGKILL'));
  await until(() => output.includes('port '));
  const ask = async (place, options) => {
    const begun = performance.now();
    const response = await fetch(`http://127.0.0.1:${/port (\d+)/.exec(output)[1]}${place}`, options);
    return { status: response.status, body: await response.json(), took: performance.now() - begun };
  };
  ask.stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return ask;
}

test('products are served fresh, stale, and when the database is down', { skip }, async (t) => {
  const directory = directoryFor(t);
  for (const name of ['server.js', 'database.js']) fs.copyFileSync(path.join(EXAMPLE, name), path.join(directory, name));
  fs.symlinkSync(path.dirname(installed), path.join(directory, 'node_modules'));
  const [one, other] = [await serve(t, directory), await serve(t, directory)];
  const queries = async () => (await one('/cache')).body.queries + (await other('/cache')).body.queries;

  const first = await one('/products/1');
  assert.deepEqual([first.status, first.body], [200, { name: 'kettle', price: 30 }]);
  assert.ok(first.took >= 190, `${first.took} ms`);
  assert.deepEqual((await other('/products/1')).body, first.body);
  assert.equal(await queries(), 1, 'the second server read a file');

  const body = JSON.stringify({ name: 'kettle', price: 35 });
  assert.equal((await one('/products/1', { method: 'PUT', body })).status, 200);
  assert.equal((await other('/products/1')).body.price, 35, 'at once on both');

  await sleep(TTL + 100);
  const before = await queries();
  const stale = await other('/products/1');
  assert.equal(stale.body.price, 35);
  await sleep(500);
  assert.equal(await queries(), before + 1, 'asked for anew in the background');

  fs.writeFileSync(path.join(directory, 'database.down'), '');
  await sleep(TTL + 100);
  assert.deepEqual((await one('/products/1')).body, { name: 'kettle', price: 35 });
  assert.equal((await one('/products/2')).status, 503);
  fs.rmSync(path.join(directory, 'database.down'));
  for (const nothing of ['/products/3', '/products/constructor', '/products/__proto__', '/nothing'])
    assert.equal((await one(nothing)).status, 404, nothing);

  for (const server of [one, other]) assert.equal((await server.stop()).code, 0);
});
