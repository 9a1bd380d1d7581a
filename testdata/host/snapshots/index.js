'use strict';
// The Node twin of app.py, as far as the tests need it.

const crypto = require('crypto');

const told = [];
let count = 0;
let epoch = null;
let wokenMs = 0;
// Fills what Node keeps in advance.
crypto.randomUUID();
crypto.randomBytes(8);
Math.random();

if (process.env.WANTED === 'server') require('net').createServer().listen(0, '127.0.0.1');

function note(name) {
  return (time) => {
    told.push(name);
    if (time) ({ epoch, wallClockMs: wokenMs } = time);
  };
}

const registry = {};
for (const [kind, name] of [
  ['prewarm', 'prewarm'],
  ['beforeSnapshot', 'before_snapshot'],
  ['afterRestore', 'after_restore'],
  ['shutdown', 'shutdown'],
]) {
  registry[kind] = [note(`${name}_1`), note(`${name}_2`)];
}
globalThis[Symbol.for('headstart.hooks')] = registry;

exports.handler = async (event) => {
  count += 1;
  if (event.print) {
    console.log('out', event.print);
    console.error('err', event.print);
  }
  if (event.exit !== undefined) process.exit(event.exit);
  await new Promise((done) => setTimeout(done, 5));
  const key = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    pid: process.pid,
    count,
    told,
    epoch,
    late_ns: (Date.now() - wokenMs) * 1e6,
    randomness: {
      uuid: crypto.randomUUID(),
      bytes: crypto.randomBytes(8).toString('hex'),
      key: key.export({ format: 'jwk' }).d,
      values: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex'),
      math: Math.random(),
    },
  };
};
