'use strict';
// What a module does while it loads that has to be done anew in each process, and so keeps it out of a snapshot:
// asking for the time, for something random, for the machine; starting something; writing anywhere. What it reads of
// the environment and of the package's files is written down instead, for a start to compare.

const { watchEnvironment } = require('./environment.cjs');
const { watchFiles } = require('./files.cjs');
const { watchGlobals } = require('./globals.cjs');
const { watchProcess } = require('./process.cjs');
const { watchRandom } = require('./random.cjs');
const { watchLocale, watchTime } = require('./time.cjs');

const WATCHES = [watchEnvironment, watchTime, watchLocale, watchRandom, watchFiles, watchProcess, watchGlobals];
// Parts of Node that a snapshot cannot hold, or that keep worker threads from starting in a process that was started
// from it: see `moduleLoadList`.
const UNFIT = new RegExp(
  `^Internal Binding (${[
    ...['stream_wrap', 'tcp_wrap', 'pipe_wrap', 'process_wrap', 'tty_wrap', 'udp_wrap', 'tls_wrap', 'js_stream', 'http_parser'],
    ...['worker', 'heap_utils', 'cares_wrap', 'inspector', 'wasm_web_api', 'fs_event_wrap', 'signal_wrap', 'messaging_port'],
  ].join('|')})$`,
);
// Plain values of the machine that the identity of a snapshot covers.
const OS_STEADY = new Set(['platform', 'type', 'arch', 'endianness']);

class Effects {
  /** `current()` is the module that loads; `note({ file, why })` writes down. */
  constructor({ current, note, world, root }) {
    this.current = current;
    this.note = note;
    this.world = world;
    this.root = root;
    this.isBuilding = true;
    this.undo = [];
    this.isQuiet = true;
  }

  /** The module that loads has an effect. */
  seen(why) {
    if (this.isBuilding && !this.isQuiet) this.note({ file: this.current(), why });
  }

  /** Does something in our name (`isQuiet`), or in a module's. */
  quietly(isQuiet, work) {
    const before = this.isQuiet;
    this.isQuiet = isQuiet;
    try {
      return work();
    } finally {
      this.isQuiet = before;
    }
  }

  /** What is built here holds where no standard stream is a terminal. */
  askedForTerminal() {
    this.note({ terminals: false });
    return false;
  }

  /** Notes parts of Node that were loaded since the last look. */
  look() {
    const list = process.moduleLoadList;
    for (; this.looked < list.length; this.looked += 1) {
      if (UNFIT.test(list[this.looked])) this.note({ file: this.current(), why: `has Node load ${list[this.looked]}` });
    }
  }

  watch() {
    for (const watch of WATCHES) watch(this);
    const os = require('os');
    this.calls(os, Object.keys(os).filter((name) => typeof os[name] === 'function' && !OS_STEADY.has(name)), 'os');
    this.calls(globalThis, ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'gc'], 'global');
    this.calls(require('timers'), ['setTimeout', 'setInterval', 'setImmediate'], 'timers');
    this.calls(console, Object.keys(console).filter((name) => typeof console[name] === 'function'), 'console');
    this.calls(require('timers/promises'), ['setTimeout', 'setInterval', 'setImmediate'], 'timers/promises');
    this.calls(require('perf_hooks'), ['monitorEventLoopDelay', 'createHistogram'], 'perf_hooks');
    this.calls(require('async_hooks'), ['createHook', 'executionAsyncId', 'triggerAsyncId'], 'async_hooks');
    this.calls(require('module'), ['register', 'registerHooks', 'syncBuiltinESMExports', 'enableCompileCache'], 'module');
    this.calls(process, ['dlopen'], 'process');
    this.looked = process.moduleLoadList.length;
  }

  /** Puts everything back, except in modules that have kept a part of it: that goes on to the real one. */
  unwatch() {
    for (const undo of this.undo.reverse()) undo();
    this.undo = [];
  }

  restored() {
    this.isBuilding = false;
  }

  replace(holder, name, value) {
    const before = Object.getOwnPropertyDescriptor(holder, name);
    if (before && !before.configurable && !before.writable) return;
    Object.defineProperty(holder, name, { configurable: true, enumerable: before?.enumerable ?? false, writable: true, value });
    this.undo.push(() => (before ? Object.defineProperty(holder, name, before) : delete holder[name]));
  }

  calls(holder, names, label) {
    for (const name of names) {
      const original = holder[name];
      if (typeof original !== 'function') continue;
      const seen = () => this.seen(`calls ${label}.${name}`);
      this.replace(holder, name, new Proxy(original, {
        apply: (target, self, given) => (seen(), Reflect.apply(target, self, given)),
        construct: (target, given, derived) => (seen(), Reflect.construct(target, given, derived)),
      }));
    }
  }
}

module.exports = { Effects };
