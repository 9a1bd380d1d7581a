'use strict';
// Stopping for a snapshot, as far as it can be seen without one.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');
const { createParking } = require('./support/parking.cjs');

const SOURCE = `exports.handler = async () => { console.log('before'); return process.pid; };`;

/** The letter that the kernel has for what a process does. */
function state(pid) {
  return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)[0];
}

async function stopped(pid) {
  for (let left = 500; left > 0 && state(pid) !== 'T'; left -= 1) await sleep(10);
  return state(pid) === 'T';
}

test('files take the place of what leads to the host', async (t) => {
  const host = new Host();
  const files = createParking(t, host);
  await host.become(createPackage(t, { 'index.js': SOURCE }));
  const pid = (await host.invoke({})).body;
  assert.equal((await host.ask('before_snapshot', { park: files })).kind, 'ready');
  assert.equal(await host.next(), undefined);
  assert.ok(await stopped(pid));
  const held = fs.readdirSync(`/proc/${pid}/fd`).map((name) => fs.readlinkSync(`/proc/${pid}/fd/${name}`));
  for (const file of Object.values(files)) assert.ok(held.includes(fs.realpathSync(file)), file);
  assert.deepEqual(
    held.filter((target) => target.startsWith('socket:')),
    [],
  );
  // Nobody has restored it: the file ends where the host would speak.
  process.kill(pid, 'SIGCONT');
  assert.deepEqual(await host.exited, { code: 0, signal: null });
  assert.equal(host.output.stdout, 'before\n');
  assert.equal(fs.statSync(files.socket).size, 0);
});
