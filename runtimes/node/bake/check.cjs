'use strict';
// Runs a function on its events as a worker does that was started with an image or a snapshot: `node [--snapshot-blob
// BLOB] check.cjs ORDER`. The results go into a file in `out`; the code of what is compiled into directories, where the
// order names them: V8 takes code only in processes that began as the one that it was made in.

const snapshot = globalThis[Symbol.for('headstart.snapshot')];
snapshot?.restored();

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { load } = require('../lib/entry.cjs');
const { keepScripts, writeCode } = require('./compiling.cjs');
const { invoke } = require('./invoking.cjs');

async function main({ directory, entry, events, out, caches, compile_cache: compileCache }) {
  process.chdir(directory);
  // Scripts are none of its business: their code is in the image.
  if (compileCache) Module.enableCompileCache(compileCache);
  const scripts = keepScripts();
  snapshot?.enter();
  const handler = await load(directory, entry);
  const results = [];
  for (const file of events) results.push(await invoke(handler, fs.readFileSync(file)));
  const cached = caches ? writeCode(scripts, caches) : {};
  fs.writeFileSync(path.join(out, 'results.json'), JSON.stringify({ results, cached }));
  process.exit(0);
}

main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
