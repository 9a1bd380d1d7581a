'use strict';
// Runs a function on its events as a worker does that was started with an image or a snapshot: `node [--snapshot-blob
// BLOB] check.cjs ORDER`. The results go into a file beside the order.

const snapshot = globalThis[Symbol.for('headstart.snapshot')];
snapshot?.restored();

const fs = require('fs');
const path = require('path');
const { load } = require('../lib/entry.cjs');
const { invoke } = require('./invoking.cjs');

async function main({ directory, entry, events, out }) {
  process.chdir(directory);
  snapshot?.enter();
  const handler = await load(directory, entry);
  const results = [];
  for (const file of events) results.push(await invoke(handler, fs.readFileSync(file)));
  fs.writeFileSync(path.join(out, 'results.json'), JSON.stringify(results));
  process.exit(0);
}

main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
