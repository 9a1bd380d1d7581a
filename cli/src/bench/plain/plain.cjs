'use strict';
// The plain arm: imports a handler, says so, reads one event, calls it. No product code.
const fs = require('fs');
const { pathToFileURL } = require('url');

const [directory, entry] = process.argv.slice(2);
const dot = entry.lastIndexOf('.');
const file = `${directory}/${entry.slice(0, dot)}`;
const extension = ['.js', '.cjs', '.mjs'].find((it) => fs.existsSync(file + it));
process.chdir(directory);

function load() {
  try {
    return require(file + extension);
  } catch (error) {
    if (!/ES Module|await/.test(error.message)) throw error;
    return import(pathToFileURL(file + extension).href);
  }
}

function say(text) {
  let rest = Buffer.from(`\n\x1e${text}\n`);
  while (rest.length) rest = rest.subarray(fs.writeSync(1, rest));
}

function readLine() {
  const pieces = [];
  const piece = Buffer.alloc(65536);
  for (let count = -1; count !== 0 && piece[count - 1] !== 10; pieces.push(Buffer.from(piece.subarray(0, count)))) {
    count = read(piece);
  }
  return Buffer.concat(pieces).toString();
}

function read(piece) {
  for (;;) {
    try {
      return fs.readSync(0, piece);
    } catch (error) {
      // Who looks at process.stdin makes it non-blocking.
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.1);
    }
  }
}

(async () => {
  const handler = (await load())[entry.slice(dot + 1)];
  say('ready');
  say(JSON.stringify(await handler(JSON.parse(readLine()), { awsRequestId: '1', getRemainingTimeInMillis: () => 30000 })));
  readLine();
  process.exit(0);
})();
