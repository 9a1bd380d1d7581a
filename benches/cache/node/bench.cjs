'use strict';
// Times the caches of Node in turns: `bench.cjs DIRECTORY ROUNDS` prints rows as JSON. `HEADSTART_PACKAGE` is the package.

const { execFileSync, fork } = require('child_process');
const fs = require('fs');
const path = require('path');

const KEYS = Array.from({ length: 10_000 }, (_, number) => `key ${number}`);
const VALUE = 'x'.repeat(1024);
const TTL = 3_600_000;
const PASSES = 10;
const PROCESSES = 4;
// How many keys one process, and each of four, writes in one round: some peers take milliseconds for one.
const WRITES = { alone: 2_000, together: 1_000 };
const FIRST_USES = 3;
// Values that were written are looked for afterwards; peers that take long for it are asked for one in so many.
const LOOKED_FOR = 50;
// How long a peer waits for a database that another process writes to; milliseconds.
const BUSY = 60_000;
const OURS = 'headstart';

const load = async () => VALUE;

const ours = () => require(process.env.HEADSTART_PACKAGE);
const max = 2 * KEYS.length;
const onNode = (directory) => ({ ttl: TTL, scope: 'node', directory: path.join(directory, OURS), maxEntries: max, nodeBytes: '4GiB' });
const cacheIn = (directory) => new (ours().Cache)('set', onNode(directory));
const functionIn = (directory) => ours().cached(load, { ...onNode(directory), namespace: 'load' });

/** The peers that keep values in files, each with what it alone loads: `{get, set}`. */
const PEERS = {
  async cacache(directory) {
    const cacache = require('cacache');
    const place = path.join(directory, 'cacache');
    return { get: async (key) => (await cacache.get(place, key)).data, set: (key, value) => cacache.put(place, key, value) };
  },
  async keyv(directory) {
    const keyv = onSqlite(path.join(directory, 'keyv.sqlite'));
    return { get: (key) => keyv.get(key), set: (key, value) => keyv.set(key, value, TTL) };
  },
  async 'cache-manager'(directory) {
    const { createCache } = require('cache-manager');
    const manager = createCache({ stores: [onSqlite(path.join(directory, 'manager.sqlite'))], ttl: TTL });
    return { get: (key) => manager.get(key), set: (key, value) => manager.set(key, value, TTL) };
  },
};

function onSqlite(file) {
  const { Keyv } = require('keyv');
  const { default: KeyvSqlite } = require('@keyv/sqlite');
  return new Keyv({ store: new KeyvSqlite({ uri: `sqlite://${file}`, busyTimeout: BUSY }), ttl: TTL });
}

/** What `make(peer)` gives for each peer, by name. */
async function peers(directory, make) {
  const opened = Object.entries(PEERS).map(async ([name, open]) => [name, make(await open(directory))]);
  return Object.fromEntries(await Promise.all(opened));
}

// An arm gives, for each run, `call(key)`, and what shows afterwards that it did what is timed: what `info()` counts as
// `hits`, or `written(keys)`, which looks for what was written.

/** A value that the process holds. */
async function processHit() {
  const { LRUCache } = require('lru-cache');
  const { cachified } = await import('@epic-web/cachified');
  const call = ours().cached(load, { ttl: TTL, maxEntries: max });
  const lru = new LRUCache({ max, ttl: TTL, fetchMethod: load });
  const cache = new LRUCache({ max });
  const calls = {
    'lru-cache': (key) => lru.fetch(key),
    cachified: (key) => cachified({ key, cache, ttl: TTL, getFreshValue: load }),
  };
  for (const fill of [call, ...Object.values(calls)]) for (const key of KEYS) await fill(key);
  const arms = Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, () => ({ call })]));
  return { [OURS]: () => ({ call, hits: 'processHits', info: call.cacheInfo }), ...arms };
}

/** A value that the process asks for the first time and another has written. */
async function nodeHit(directory) {
  // Another one each time: it holds nothing in the process yet.
  const anew = () => {
    const call = functionIn(directory);
    return { call, hits: 'nodeHits', info: call.cacheInfo };
  };
  return { [OURS]: anew, ...(await peers(directory, ({ get }) => () => ({ call: get }))) };
}

/** A value is written in place of an older one. */
async function nodeSet(directory) {
  const cache = cacheIn(directory);
  const arms = await peers(directory, ({ get, set }) => () => ({
    call: (key) => set(key, VALUE),
    written: (keys) => find(get, keys.filter((_, at) => at % LOOKED_FOR === 0)),
  }));
  return { [OURS]: () => ({ call: (key) => cache.set(key, VALUE), written: (keys) => onTheNode(directory, keys) }), ...arms };
}

/** Has another one find what was written. */
async function onTheNode(directory, keys) {
  const other = cacheIn(directory);
  const before = other.cacheInfo();
  await find((key) => other.get(key), keys);
  areHits('nodeHits', before, other.cacheInfo(), keys.length);
}

async function find(get, keys) {
  for (const key of keys) isRight(key, await get(key));
}

function isRight(key, value) {
  if (value === undefined || String(value) !== VALUE) throw new Error(`${key} is ${value}`);
}

/** All calls were hits of this kind, and nothing else was. */
function areHits(kind, before, after, calls) {
  const none = ['misses', 'stale', 'waits', 'overdue', 'uncached', 'damaged', 'errors'];
  const expected = { hits: calls, [kind]: calls, ...Object.fromEntries(none.map((name) => [name, 0])) };
  for (const [name, number] of Object.entries(expected))
    if (after[name] - before[name] !== number) throw new Error(`${name}: ${after[name] - before[name]}, not ${number}`);
}

/** Runs one arm over all keys; gives nanoseconds of a call, and what makes sure of what was done. */
async function timed(arm, keys, passes) {
  const { call, hits, info, written } = arm();
  const before = info?.();
  const values = new Array(keys.length);
  const begun = process.hrtime.bigint();
  for (let pass = 0; pass < passes; pass += 1)
    for (let at = 0; at < keys.length; at += 1) values[at] = await call(keys[at]);
  const took = Number(process.hrtime.bigint() - begun) / (keys.length * passes);
  const makeSure = async () => {
    if (written) return written(keys);
    keys.forEach((key, at) => isRight(key, values[at]));
    if (info) areHits(hits, before, info(), keys.length * passes);
  };
  return { took, makeSure };
}

/** The keys of a round: where they are to be new, no round and no process has another's. */
function keysOf({ isNew }, keys, round) {
  return isNew ? keys.map((key) => `${key} of round ${round} by ${process.pid}`) : keys;
}

/** This process. */
async function alone(name, directory) {
  const measure = MEASURES[name];
  const arms = await measure.make(directory);
  const keys = KEYS.slice(0, measure.alone);
  return {
    arms: Object.keys(arms),
    async run(arm, round) {
      const { took, makeSure } = await timed(arms[arm], keysOf(measure, keys, round), measure.passes ?? 1);
      await makeSure();
      return took;
    },
  };
}

/** Processes that run an arm at the same time. */
async function together(name, directory) {
  const processes = Array.from({ length: PROCESSES }, () => fork(__filename, ['worker', name, directory]));
  const replies = () => Promise.all(processes.map((one) => new Promise((resolve) => one.once('message', resolve))));
  for (const one of processes) one.on('exit', (code) => code !== 0 && process.exit(1));
  const ask = (order) => {
    const answers = replies();
    for (const one of processes) one.send(order);
    return answers;
  };
  const [{ arms, calls }] = await replies();
  return {
    arms,
    async run(arm, round) {
      const begun = process.hrtime.bigint();
      await ask({ arm, round });
      const took = Number(process.hrtime.bigint() - begun) / calls;
      // When nobody writes any more.
      await ask({});
      return took;
    },
    end: () => processes.forEach((one) => one.disconnect()),
  };
}

async function worker(name, directory) {
  const measure = MEASURES[name];
  const arms = await measure.make(directory);
  // Each in an order of its own.
  const keys = shuffled(KEYS.slice(0, measure.together));
  let makeSure;
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ arm, round }) => {
    if (arm === undefined) await makeSure();
    else ({ makeSure } = await timed(arms[arm], keysOf(measure, keys, round), 1));
    process.send({});
  });
  process.send({ arms: Object.keys(arms), calls: keys.length });
}

function shuffled(items) {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]);
}

/** What `run(arm, round)` gives in each round, the arms in an order of its own. */
async function interleaved(arms, rounds, run) {
  const times = Object.fromEntries(arms.map((arm) => [arm, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const arm of shuffled(arms)) {
      const took = await run(arm, round);
      // The first round warms up.
      if (round > 0) times[arm].push(took);
    }
  }
  return times;
}

// `alone`, `together`: how many keys are for one process, and for each of four; without the second there is one alone.
const MEASURES = {
  'process hit': { make: processHit, alone: KEYS.length, passes: PASSES },
  'node hit': { make: nodeHit, alone: KEYS.length, together: KEYS.length },
  'node set': { make: nodeSet, ...WRITES },
  'node set, new key': { make: nodeSet, ...WRITES, isNew: true },
};

/** What hits find and sets replace. */
async function fill(directory) {
  const stores = Object.values(await peers(directory, ({ set }) => set));
  const [calls, cache] = [functionIn(directory), cacheIn(directory)];
  for (const key of KEYS) {
    await calls(key);
    cache.set(key, VALUE);
    for (const set of stores) await set(key, VALUE);
  }
}

/** Nanoseconds from loading the package to its first hit, in this fresh process. */
async function firstUse(arm, directory) {
  const begun = process.hrtime.bigint();
  const value = arm === OURS ? cacheIn(directory).get(KEYS[0]) : await (await PEERS[arm](directory)).get(KEYS[0]);
  const took = process.hrtime.bigint() - begun;
  isRight(arm, value);
  process.stdout.write(String(took), () => process.exit());
}

async function main(directory, rounds) {
  const rows = [];
  await fill(directory);
  for (const [name, measure] of Object.entries(MEASURES)) {
    for (const [processes, make] of measure.together ? [[1, alone], [PROCESSES, together]] : [[1, alone]]) {
      process.stderr.write(`${name}, ${processes} processes\n`);
      const { arms, run, end } = await make(name, directory);
      rows.push({ measure: name, processes, ns: await interleaved(arms, rounds, run) });
      end?.();
    }
  }
  const first = async (arm) => Number(execFileSync(process.execPath, [__filename, 'first-use', arm, directory]));
  rows.push({ measure: 'first use', processes: 1, ns: await interleaved([OURS, ...Object.keys(PEERS)], rounds * FIRST_USES, first) });
  fs.writeSync(1, JSON.stringify(rows));
  process.exit();
}

// What ours warns of is that it does not do what is timed.
process.on('warning', (warning) => {
  if (warning.name === 'HeadstartWarning') throw warning;
});
const [command, ...rest] = process.argv.slice(2);
if (command === 'worker') worker(...rest);
else if (command === 'first-use') firstUse(...rest);
else main(command, Number(rest[0]));
