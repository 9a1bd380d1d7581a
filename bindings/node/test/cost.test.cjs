'use strict';
// What `require('headstart')` costs, each time in a fresh process.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const RUNS = 9;
const MOST_MICROSECONDS = 2000;

function microseconds(name) {
  const source = `
    const began = process.hrtime.bigint();
    require(${JSON.stringify(name)});
    const cost = process.hrtime.bigint() - began;
    process.stdout.write(String(cost / 1000n));`;
  return Number(execFileSync(process.execPath, ['-e', source], { encoding: 'utf8' }));
}

test('it costs less than http and less than two milliseconds', () => {
  const costs = { headstart: [], http: [] };
  for (let run = 0; run < RUNS; run += 1) {
    costs.headstart.push(microseconds(path.join(__dirname, '..')));
    costs.http.push(microseconds('http'));
  }
  // The best of each: what disturbs a run only ever makes it longer.
  const [headstart, http] = [Math.min(...costs.headstart), Math.min(...costs.http)];
  assert.ok(headstart < http, `${headstart} µs against ${http} µs of http`);
  assert.ok(headstart < MOST_MICROSECONDS, `${headstart} µs`);
});

test('it loads one file, and neither the host nor the native part', () => {
  const source = `
    require(${JSON.stringify(path.join(__dirname, '..'))});
    process.stdout.write(JSON.stringify(Object.keys(require.cache)));`;
  const files = JSON.parse(execFileSync(process.execPath, ['-e', source], { encoding: 'utf8' }));
  assert.deepEqual(
    files.map((file) => path.basename(file)),
    ['index.cjs'],
  );
});
