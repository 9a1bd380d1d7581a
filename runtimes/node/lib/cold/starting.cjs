'use strict';
// Threads, and processes of the same Node, that this thread starts get the cold files too.
//
// Each is told to load `started.cjs` before anything else: a thread by its arguments, a process by NODE_OPTIONS.
// What tells it is taken away there before code of the function sees it.

const path = require('path');
const { syncBuiltinESMExports } = require('module');
const { existsSync } = require('./originals.cjs');
const { replace } = require('./replaced.cjs');

const STARTED = path.join(__dirname, 'started.cjs');
// What a thread is told by, among the data of its environment.
const KEY = 'headstart.cold';
// What a process is told by.
const VARIABLE = 'HEADSTART_COLD_STARTED';
const INVALID = 'ERR_WORKER_INVALID_EXEC_ARGV';

let isPatched = false;

/** Hands on, from now on, what `packages` gives: the directory of each package, and its archive. */
function patch(packages) {
  // Where files may not be read unless it is allowed, ours may not either.
  if (isPatched || process.permission) return;
  isPatched = true;
  patchThreads(packages);
  patchProcesses(packages);
  syncBuiltinESMExports();
}

function patchThreads(packages) {
  const threads = require('worker_threads');
  const Original = threads.Worker;
  threads.Worker = new Proxy(Original, {
    construct(target, [file, options, ...rest], made) {
      const start = (given) => Reflect.construct(target, [file, given, ...rest], made);
      const execArgv = options?.execArgv ?? process.execArgv;
      if (options === null || !Array.isArray(execArgv) || !existsSync(STARTED)) return start(options);
      const startWith = (given) => start({ __proto__: options ?? null, execArgv: [...given, '--require', STARTED] });
      threads.setEnvironmentData(KEY, { packages: packages(), execArgv });
      try {
        return options?.execArgv ? startWith(execArgv) : inherit(execArgv, startWith, () => start(options));
      } finally {
        threads.setEnvironmentData(KEY, undefined);
      }
    },
  });
  Original.prototype.constructor = threads.Worker;
}

/**
 * Starts a thread with this one's arguments. Those that hold for the whole process cannot be given to it; where others
 * cannot either, it starts without cold files.
 */
function inherit(execArgv, startWith, startAsIs) {
  let given = execArgv;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      return startWith(given);
    } catch (error) {
      if (error.code !== INVALID) throw error;
      given = given.filter((argument) => !error.message.includes(argument));
    }
  }
  return startAsIs();
}

function patchProcesses(packages) {
  const processes = require('child_process');
  replace(processes.ChildProcess.prototype, 'spawn', (original) => function (options) {
    if (!Array.isArray(options?.envPairs) || !isOurNode(options.file, options.args)) return original.call(this, options);
    const named = options.envPairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
    const pairs = Object.entries(told(Object.fromEntries(named), packages())).map(([name, value]) => `${name}=${value}`);
    return original.call(this, { ...options, envPairs: pairs });
  });
  for (const name of ['spawnSync', 'execFileSync']) {
    replace(processes, name, (original) => function (file, ...rest) {
      const at = Array.isArray(rest[0]) || (rest.length > 1 && (rest[0] ?? null) === null) ? 1 : 0;
      const options = rest[at] ?? {};
      if (typeof options !== 'object' || options.shell || !isOurNode(file, rest[0])) return original.call(this, file, ...rest);
      rest[at] = { ...options, env: told(whole(options.env ?? process.env), packages()) };
      return original.call(this, file, ...rest);
    });
  }
}

/** Whether a process is of this same Node, and may read what it likes. */
function isOurNode(file, given) {
  const isRestricted = (argument) => /^--(experimental-)?permission\b/.test(argument);
  return file === process.execPath && !(Array.isArray(given) && given.some(isRestricted)) && existsSync(STARTED);
}

/** A copy of an environment; what it inherits counts, as it does for Node. */
function whole(environment) {
  const copy = {};
  for (const name in environment) copy[name] = environment[name];
  return copy;
}

/** An environment that tells a process of the packages. */
function told(environment, packages) {
  const options = environment.NODE_OPTIONS;
  environment[VARIABLE] = JSON.stringify({ packages, options });
  environment.NODE_OPTIONS = `--require ${JSON.stringify(STARTED)}${options ? ` ${options}` : ''}`;
  return environment;
}

module.exports = { KEY, VARIABLE, patch };
