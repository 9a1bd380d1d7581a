'use strict';
// Whether a function answers its events from a snapshot as it does without.

const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const TIMEOUT = 300_000;

/** Why a snapshot is not to be used; null where nothing speaks against it. */
function verify(order, blob, expected) {
  const found = run(order, ['--snapshot-blob', blob]);
  if (!found) return 'the function does not run from it';
  const differs = (at, all) => JSON.stringify(all[at]) !== JSON.stringify(expected[at]);
  const different = order.events.filter((_, at) => differs(at, found));
  if (different.length === 0) return null;
  // What differs from run to run says nothing.
  const again = run(order, []);
  const wrong = order.events.filter((_, at) => differs(at, found) && !(again && differs(at, again)));
  return wrong.length > 0 ? `the function answers ${wrong.map((it) => path.basename(it)).join(', ')} in another way` : null;
}

function run(order, flags) {
  const results = path.join(order.out, 'results.json');
  fs.rmSync(results, { force: true });
  const options = { stdio: 'ignore', timeout: TIMEOUT };
  const done = spawnSync(process.execPath, [...flags, path.join(__dirname, 'check.cjs'), path.join(order.out, 'order.json')], options);
  if (done.status !== 0 || !fs.existsSync(results)) return null;
  return JSON.parse(fs.readFileSync(results, 'utf8'));
}

module.exports = { verify };
