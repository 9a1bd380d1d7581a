'use strict';
// Runs a function on its events as a worker does that was started with an image or a snapshot: `node [--snapshot-blob
// BLOB] check.cjs ORDER`. The results go into a file beside the order.

const snapshot = globalThis[Symbol.for('headstart.snapshot')];
snapshot?.restored();

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { load } = require('../lib/entry.cjs');
const { imports, run, script, silence } = require('../lib/image/script.cjs');
const { invoke } = require('./invoking.cjs');

/** With ES modules; the code of others is in the image. */
function fillCompileCache(directory) {
  Module.enableCompileCache(directory);
  Module.prototype._compile = function (source, filename) {
    if (imports(source)) silence();
    return run(script(source, filename), this, filename, path.dirname(filename));
  };
}

async function main({ directory, entry, events, out, compile_cache: cache }) {
  process.chdir(directory);
  if (cache) fillCompileCache(cache);
  snapshot?.enter();
  const handler = await load(directory, entry);
  const results = [];
  for (const file of events) results.push(await invoke(handler, fs.readFileSync(file)));
  fs.writeFileSync(path.join(out, 'results.json'), JSON.stringify(results));
  process.exit(0);
}

main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
