'use strict';
// Times the caches of Node in turns: `bench.cjs DIRECTORY ROUNDS` prints rows as JSON. `HEADSTART_PACKAGE` is the package.

const { execFileSync, fork } = require('child_process');
const fs = require('fs');
const path = require('path');

const headstart = require(process.env.HEADSTART_PACKAGE);

const KEYS = Array.from({ length: 10_000 }, (_, number) => `key ${number}`);
const VALUE = 'x'.repeat(1024);
const TTL = 3_600_000;
const PASSES = 10;
// Slow stores are asked for fewer keys.
const SOME = KEYS.slice(0, 2_000);
const PROCESSES = 4;
const FIRST_USES = 3;

const load = async () => VALUE;

/** A value that the process holds. */
async function processHit() {
  const { LRUCache } = require('lru-cache');
  const { cachified } = await import('@epic-web/cachified');
  const max = 2 * KEYS.length;
  const ours = headstart.cached(load, { ttl: TTL, maxEntries: max });
  const lru = new LRUCache({ max, ttl: TTL, fetchMethod: load });
  const cache = new LRUCache({ max });
  const arms = {
    headstart: ours,
    'lru-cache': (key) => lru.fetch(key),
    cachified: (key) => cachified({ key, cache, ttl: TTL, getFreshValue: load }),
  };
  for (const arm of Object.values(arms)) for (const key of KEYS) await arm(key);
  return timing(arms, KEYS, PASSES);
}

/** A value that the process asks for the first time and another has written. */
async function nodeHit(directory) {
  const place = path.join(directory, 'headstart');
  const ours = () =>
    headstart.cached(load, { ttl: TTL, scope: 'node', directory: place, namespace: 'load', maxEntries: 2 * KEYS.length });
  const peers = await stores(directory);
  const filling = ours();
  for (const key of SOME) {
    await filling(key);
    for (const { set } of Object.values(peers)) await set(key, VALUE);
  }
  const arms = Object.fromEntries(Object.entries(peers).map(([name, { get }]) => [name, get]));
  // Another one each time: it holds nothing in the process yet.
  return timing({ headstart: ours, ...arms }, SOME, 1, new Set(['headstart']));
}

/** A value is written in place of an older one. */
async function nodeSet(directory) {
  const place = path.join(directory, 'headstart');
  const ours = new headstart.Cache('set', { ttl: TTL, scope: 'node', directory: place });
  const peers = await stores(directory);
  const arms = Object.fromEntries(Object.entries(peers).map(([name, { set }]) => [name, (key) => set(key, VALUE)]));
  return timing({ headstart: (key) => ours.set(key, VALUE), ...arms }, SOME, 1);
}

/** The peers that keep values in files: `{get, set}` by name. */
async function stores(directory) {
  const cacache = require('cacache');
  const { Keyv } = require('keyv');
  const { createCache } = require('cache-manager');
  const { default: KeyvSqlite } = require('@keyv/sqlite');
  const sqlite = (name) => new Keyv({ store: new KeyvSqlite(`sqlite://${path.join(directory, name)}`), ttl: TTL });
  const place = path.join(directory, 'cacache');
  const keyv = sqlite('keyv.sqlite');
  const manager = createCache({ stores: [sqlite('manager.sqlite')], ttl: TTL });
  return {
    cacache: { get: async (key) => (await cacache.get(place, key)).data, set: (key, value) => cacache.put(place, key, value) },
    keyv: { get: (key) => keyv.get(key), set: (key, value) => keyv.set(key, value, TTL) },
    'cache-manager': { get: (key) => manager.get(key), set: (key, value) => manager.set(key, value, TTL) },
  };
}

/** Runs one arm over all keys; gives nanoseconds of a call. `fresh` names the arms that are made anew for each run. */
function timing(arms, keys, passes, fresh = new Set()) {
  return {
    arms: Object.keys(arms),
    async run(name) {
      const call = fresh.has(name) ? arms[name]() : arms[name];
      const begun = process.hrtime.bigint();
      for (let pass = 0; pass < passes; pass += 1) {
        for (const key of keys) {
          const value = await call(key);
          if (value === undefined && name !== 'headstart' && passes > 1) throw new Error(`${name} has no ${key}`);
        }
      }
      return Number(process.hrtime.bigint() - begun) / (keys.length * passes);
    },
  };
}

/** Processes that run an arm at the same time. */
async function workers(name, directory) {
  const processes = Array.from({ length: PROCESSES }, () => fork(__filename, ['worker', name, directory]));
  const replies = () => Promise.all(processes.map((one) => new Promise((resolve) => one.once('message', resolve))));
  const [arms] = await replies();
  return {
    arms,
    async run(arm) {
      const begun = process.hrtime.bigint();
      const done = replies();
      for (const one of processes) one.send(arm);
      await done;
      return Number(process.hrtime.bigint() - begun) / SOME.length;
    },
    end: () => processes.forEach((one) => one.disconnect()),
  };
}

async function worker(name, directory) {
  const { arms, run } = await MEASURES[name].make(directory);
  process.send(arms);
  process.on('message', async (arm) => process.send(await run(arm)));
  process.on('disconnect', () => process.exit());
}

/** What `run(arm)` gives in each round, the arms in turns. */
async function interleaved(arms, rounds, run) {
  const times = Object.fromEntries(arms.map((arm) => [arm, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const arm of arms) {
      const took = await run(arm);
      // The first round warms up.
      if (round > 0) times[arm].push(took);
    }
  }
  return times;
}

const MEASURES = {
  'process hit': { make: processHit, processes: [1] },
  'node hit': { make: nodeHit, processes: [1, PROCESSES] },
  'node set': { make: nodeSet, processes: [1, PROCESSES] },
};

/** Nanoseconds from opening the cache to its first hit, in this fresh process. */
async function firstUse(arm, directory) {
  const begun = process.hrtime.bigint();
  let value;
  if (arm === 'headstart') {
    const options = { ttl: TTL, scope: 'node', directory: path.join(directory, 'headstart') };
    value = new headstart.Cache('set', options).get(KEYS[0]);
  } else {
    value = await (await stores(directory))[arm].get(KEYS[0]);
  }
  if (String(value) !== VALUE) throw new Error(`${arm} gave ${value}`);
  process.stdout.write(String(process.hrtime.bigint() - begun), () => process.exit());
}

async function main(directory, rounds) {
  const rows = [];
  for (const [name, { make, processes }] of Object.entries(MEASURES)) {
    for (const number of processes) {
      const measure = number === 1 ? await make(directory) : await workers(name, directory);
      rows.push({ measure: name, processes: number, ns: await interleaved(measure.arms, rounds, measure.run) });
      measure.end?.();
    }
  }
  const first = (arm) => Number(execFileSync(process.execPath, [__filename, 'first-use', arm, directory]));
  const ns = await interleaved(['headstart', 'cacache'], rounds * FIRST_USES, async (arm) => first(arm));
  rows.push({ measure: 'first use', processes: 1, ns });
  fs.writeSync(1, JSON.stringify(rows));
  process.exit();
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'worker') worker(...rest);
else if (command === 'first-use') firstUse(...rest);
else main(command, Number(rest[0]));
