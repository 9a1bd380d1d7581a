'use strict';
// Runs one directory of testdata/functions/node as a host would, and says how it came out.

const fs = require('fs');
const path = require('path');
const { Host } = require('./host.cjs');

const ROOT = path.join(__dirname, '../../../../testdata/functions/node');
const MEGABYTE = 1 << 20;
const START_TIMEOUT = 10_000;

function names() {
  return fs.readdirSync(ROOT).filter((name) => fs.existsSync(path.join(ROOT, name, 'case.json')));
}

function read(name) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, name, 'case.json'), 'utf8'));
}

/** `answer`, or the code that a host reports after that many milliseconds. */
async function within(milliseconds, code, answer) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, { kind: 'failure', body: { code, message: 'too late' } });
  });
  const first = await Promise.race([answer, late]);
  clearTimeout(timer);
  return first;
}

async function outcomeOf(host, answer) {
  if (answer === undefined) {
    const { code, signal } = await host.exited;
    return { code: 'worker.exited', message: '', exit_code: code, signal };
  }
  if (answer.kind === 'failure') return answer.body;
  return { result: answer.body };
}

async function run(name) {
  const { entry, event, ...options } = read(name);
  const flags = options.memory_limit ? [`--max-old-space-size=${options.memory_limit / MEGABYTE}`] : [];
  const host = new Host({ flags });
  await host.welcome(options.max_payload ? { max_payload: options.max_payload } : {});
  const specialized = host.specialize(path.join(ROOT, name), entry);
  let answer = await within(options.init_timeout_ms ?? START_TIMEOUT, 'worker.init_timed_out', specialized);
  if (answer?.kind === 'ready') {
    answer = await within(options.timeout_ms ?? START_TIMEOUT, 'function.timed_out', host.invoke(event));
  }
  const outcome = await outcomeOf(host, answer);
  host.child.kill('SIGKILL');
  await host.exited;
  return { ...outcome, ...host.output };
}

module.exports = { ROOT, names, read, run };
