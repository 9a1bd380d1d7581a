'use strict';
// Stands for a database: a file that every query takes a while to read, and that is down while there is a file beside it
// named `.down`.

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const FILE = process.env.DATABASE ?? path.join(os.tmpdir(), 'headstart-example-products.json');
const QUERY_TAKES = 200;
const FIRST = { 1: { name: 'kettle', price: 30 }, 2: { name: 'lamp', price: 45 } };

let queries = 0;

async function rows() {
  await sleep(QUERY_TAKES);
  queries += 1;
  if (await fs.access(`${FILE}.down`).then(() => true, () => false)) throw new Error('the database is down');
  return JSON.parse(await fs.readFile(FILE, 'utf8').catch(() => JSON.stringify(FIRST)));
}

/** A product; `undefined` where there is none. */
async function read(id) {
  const all = await rows();
  return Object.hasOwn(all, id) ? all[id] : undefined;
}

async function write(id, product) {
  const text = JSON.stringify({ ...(await rows()), [id]: product });
  // In one step: a reader sees the old rows or the new ones.
  await fs.writeFile(`${FILE}.${process.pid}`, text);
  await fs.rename(`${FILE}.${process.pid}`, FILE);
}

module.exports = { queries: () => queries, read, write };
