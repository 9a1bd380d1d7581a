'use strict';
// Runs a function on its events in a process of its own, and tells whether it answers as it did before.

const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const TIMEOUT = 300_000;

/** `results` and, of what it compiled, `cached`; null where the function does not run so. */
function run(order, flags = [], more = {}) {
  const file = path.join(order.out, 'check.json');
  const answer = path.join(order.out, 'results.json');
  fs.writeFileSync(file, JSON.stringify({ ...order, ...more }));
  fs.rmSync(answer, { force: true });
  const options = { stdio: 'ignore', timeout: TIMEOUT };
  const done = spawnSync(process.execPath, ['--no-warnings', ...flags, path.join(__dirname, 'check.cjs'), file], options);
  return done.status === 0 && fs.existsSync(answer) ? JSON.parse(fs.readFileSync(answer, 'utf8')) : null;
}

/** Why what was found is not as expected; null where nothing speaks against it. */
function whyNot(order, found, expected) {
  if (!found) return 'the function does not run from it';
  const differs = (at, all) => JSON.stringify(all[at]) !== JSON.stringify(expected[at]);
  const different = order.events.filter((_, at) => differs(at, found.results));
  if (different.length === 0) return null;
  // What differs from run to run says nothing.
  const again = run(order);
  const wrong = order.events.filter((_, at) => differs(at, found.results) && !(again && differs(at, again.results)));
  return wrong.length > 0 ? `the function answers ${wrong.map((it) => path.basename(it)).join(', ')} in another way` : null;
}

module.exports = { run, whyNot };
