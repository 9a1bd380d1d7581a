import { readFile } from 'node:fs/promises';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { spawnSync, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { helper } from './lib/helper.mjs';

const require = createRequire(import.meta.url);
const at = (name) => new URL(name, import.meta.url);

const ways = {
  read: async (name) => (await readFile(at(name))).length,
  readSync: (name) => fs.readFileSync(at(name).pathname, 'utf8').length,
  readBack: (name) => new Promise((resolve) => fs.readFile(at(name), (error, data) => resolve(data.length))),
  stream: async (name) => once(fs.createReadStream(at(name)).resume(), 'end'),
  require: (name) => require(name),
  import: async (name) => (await import(name)).default,
  list: (name) => fs.readdirSync(at(name)),
  write: (name) => fs.writeFileSync(`${process.env.TMPDIR ?? '/tmp'}/${name}`, 'x'),
  inThread: async (name) => once(new Worker(at('./lib/reads.cjs'), { argv: [at(name).pathname] }), 'exit'),
  inFork: async (name) => once(fork(at('./lib/reads.cjs').pathname, [at(name).pathname]), 'exit'),
  inProgram: (name) => spawnSync('cat', [at(name).pathname]).stdout.length,
  addon: (name) => {
    try {
      require(name);
    } catch (error) {
      return error.code;
    }
  },
  fail: (name) => {
    fs.readFileSync(at(name));
    throw new Error(name);
  },
};

export const handler = async (event) => helper(await ways[event.do](event.name));
