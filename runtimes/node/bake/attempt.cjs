'use strict';
// Attempts to build a snapshot, each without what kept the one before from being right.

const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { plan } = require('./plan.cjs');

const MOST_ATTEMPTS = 25;
const TIMEOUT = 120_000;

function attempt(order, record, left) {
  const { modules, standIns, globals } = plan(record, left);
  const isConverted = new Set(record.modules.filter((row) => row.isConverted).map(({ file }) => file));
  const converted = Object.fromEntries(modules.filter((it) => isConverted.has(it)).map((it) => [it, order.functions[it]]));
  const esModules = { converted, finds: record.edges, names: record.names };
  const exported = new Map(record.modules.map((row) => [row.file, row.exported]));
  const file = path.join(order.out, 'build.json');
  const world = { constructors: record.constructors, builtins: record.builtins, globals: [...record.globals, ...globals] };
  fs.writeFileSync(file, JSON.stringify({ ...order, functions: null, modules, esModules, world, standIns: standIns.map((it) => [it, exported.get(it)]) }));
  const blob = path.join(order.out, 'blob');
  fs.rmSync(blob, { force: true });
  const flags = ['--no-warnings', '--snapshot-blob', blob, '--build-snapshot'];
  const done = spawnSync(process.execPath, [...flags, path.join(__dirname, 'build.cjs'), file], { encoding: 'utf8', timeout: TIMEOUT, stdio: ['ignore', 'pipe', 'pipe'] });
  const noted = fs.readFileSync(path.join(order.out, 'effects'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return { modules, blob: done.status === 0 ? blob : null, noted, message: done.stderr.trim().split('\n').slice(0, 5).join('\n') };
}

function build(order, record) {
  const left = new Map();
  for (let number = 1; number <= MOST_ATTEMPTS; number += 1) {
    const { modules, blob, noted, message } = attempt(order, record, left.keys());
    const effects = noted.filter(({ why }) => why);
    const before = left.size;
    // What throws may do so because of something before.
    const first = effects.some(({ throws }) => !throws) ? effects.filter(({ throws }) => !throws) : effects;
    for (const { file, why } of first) if (file && !left.has(file)) left.set(file, why);
    if (effects.length === 0 && blob) return { blob, modules, left, noted, attempts: number };
    if (left.size === before) return { blob: null, reason: effects[0]?.why ?? message, left };
  }
  return { blob: null, reason: 'too many attempts', left };
}

module.exports = { build };
