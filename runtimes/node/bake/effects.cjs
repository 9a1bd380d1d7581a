'use strict';
// What a module does while it loads that has to be done anew in each process, and so keeps it out of a snapshot:
// asking for the time, for something random, for the machine; starting something; writing anywhere. What it reads of
// the environment and of the package's files is written down instead, for a start to compare.

const fs = require('fs');
const path = require('path');

// Parts of Node that a snapshot cannot hold, or that keep worker threads from starting in a process that was started
// from it: see `moduleLoadList`.
const UNFIT = new RegExp(
  `^Internal Binding (${[
    ...['stream_wrap', 'tcp_wrap', 'pipe_wrap', 'process_wrap', 'tty_wrap', 'udp_wrap', 'tls_wrap', 'js_stream', 'http_parser'],
    ...['worker', 'heap_utils', 'cares_wrap', 'inspector', 'wasm_web_api', 'fs_event_wrap', 'signal_wrap', 'messaging_port'],
  ].join('|')})$`,
);
const READING = new Set(['readFileSync', 'existsSync', 'statSync', 'lstatSync', 'accessSync', 'realpathSync']);
// Plain values of the machine that the identity of a snapshot covers.
const OS_STEADY = new Set(['platform', 'type', 'arch', 'endianness']);
const RANDOM = /^(random|getRandom|generate|createDiffie|createECDH|pseudoRandom|rng|prng|check|scrypt|pbkdf2|setEngine|setFips|secureHeap)/;
const STREAMS = new Map([['stdin', 0], ['stdout', 1], ['stderr', 2]]);
const PROCESS_STEADY = new Set([
  ...['version', 'versions', 'arch', 'platform', 'release', 'features', 'config', 'execPath', 'cwd', 'env', 'nextTick'],
  ...['binding', 'emitWarning', 'getBuiltinModule', 'moduleLoadList', 'constructor', 'toString', 'hasOwnProperty'],
  ...['noDeprecation', 'throwDeprecation', 'traceDeprecation', 'allowedNodeEnvironmentFlags', 'listenerCount'],
]);

const { existsSync } = fs;

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
    this.watchEnvironment();
    this.watchTime();
    this.watchFiles();
    this.watchProcess();
    this.watchGlobals();
    const os = require('os');
    this.calls(os, Object.keys(os).filter((name) => typeof os[name] === 'function' && !OS_STEADY.has(name)), 'os');
    this.calls(globalThis, ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'gc'], 'global');
    this.calls(require('timers'), ['setTimeout', 'setInterval', 'setImmediate'], 'timers');
    this.calls(console, Object.keys(console).filter((name) => typeof console[name] === 'function'), 'console');
    this.calls(require('timers/promises'), ['setTimeout', 'setInterval', 'setImmediate'], 'timers/promises');
    this.watchRandom();
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

  watchEnvironment() {
    const real = process.env;
    const env = () => (this.isBuilding ? real : process.env);
    const through = (how) => (target, ...given) => Reflect[how](env(), ...given);
    const change = (how) => (target, ...given) => (this.seen('changes the environment'), Reflect[how](env(), ...given));
    const asked = (name) => {
      if (this.isBuilding && !this.isQuiet && typeof name === 'string') this.note({ variable: name, value: real[name] ?? null });
    };
    this.replace(process, 'env', new Proxy({}, {
      get: (target, name) => (asked(name), env()[name]),
      has: (target, name) => (asked(name), name in env()),
      getOwnPropertyDescriptor: (target, name) => {
        // `Object.keys` looks at each name that it was given, not at what it holds.
        if (this.listedNames?.shift() !== name) asked(name);
        return Reflect.getOwnPropertyDescriptor(env(), name);
      },
      ownKeys: () => (this.listed(real), Reflect.ownKeys(env())),
      getPrototypeOf: through('getPrototypeOf'),
      set: (target, name, value) => (this.seen('changes the environment'), Reflect.set(env(), name, value)),
      deleteProperty: (target, name) => (name in env() ? change('deleteProperty')(target, name) : (asked(name), true)),
      defineProperty: change('defineProperty'),
    }));
  }

  listed(environment) {
    if (this.isBuilding && !this.isQuiet) this.note({ variables: Object.keys(environment).sort() });
    this.listedNames = Reflect.ownKeys(environment);
  }

  watchRandom() {
    const crypto = require('crypto');
    this.calls(crypto, Object.keys(crypto).filter((name) => RANDOM.test(name)), 'crypto');
    this.calls(Math, ['random'], 'Math');
    for (const it of [globalThis.crypto, globalThis.crypto.subtle]) {
      const prototype = Object.getPrototypeOf(it);
      const isCalled = (name) => typeof Object.getOwnPropertyDescriptor(prototype, name).value === 'function' && name !== 'constructor';
      this.calls(prototype, Object.getOwnPropertyNames(prototype).filter(isCalled), 'crypto');
    }
  }

  watchTime() {
    // As in a process that was frozen: it was loaded at that time.
    const seen = () => this.isBuilding && !this.isQuiet && this.note({ clock: this.current() });
    const { Date: RealDate } = globalThis;
    const now = new Proxy(RealDate.now, { apply: (target, self, given) => (seen(), Reflect.apply(target, self, given)) });
    const date = new Proxy(RealDate, {
      get: (target, key) => (key === 'now' && this.isBuilding ? now : target[key]),
      apply: (target, self, given) => (seen(), Reflect.apply(target, self, given)),
      construct: (target, given, derived) => {
        if (given.length === 0) seen();
        return Reflect.construct(target, given, derived === date ? target : derived);
      },
    });
    this.replace(globalThis, 'Date', date);
    // Methods of prototypes: `performance` itself is kept by modules.
    const prototype = Object.getPrototypeOf(performance);
    this.calls(prototype, ['now', 'mark', 'measure', 'timerify', 'toJSON'], 'performance');
    const origin = Object.getOwnPropertyDescriptor(prototype, 'timeOrigin');
    if (origin?.get) {
      const seenOrigin = () => this.seen('looks at performance.timeOrigin');
      const get = function () {
        seenOrigin();
        return Reflect.apply(origin.get, this, []);
      };
      Object.defineProperty(prototype, 'timeOrigin', { ...origin, get });
      this.undo.push(() => Object.defineProperty(prototype, 'timeOrigin', origin));
    }
    // Also bound to the machine's language, and held by no snapshot.
    this.calls(Intl, Object.getOwnPropertyNames(Intl).filter((name) => typeof Intl[name] === 'function'), 'Intl');
    this.calls(String.prototype, ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase'], 'String');
    this.calls(Number.prototype, ['toLocaleString'], 'Number');
    this.calls(RealDate.prototype, ['getTimezoneOffset', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'], 'Date');
  }

  /** Files of the package are read as they were when the snapshot was built, which a start checks. */
  watchFiles() {
    for (const [name, { value: original }] of Object.entries(Object.getOwnPropertyDescriptors(fs))) {
      if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
      const apply = (target, self, given) => {
        if (!this.isBuilding || this.isQuiet) return Reflect.apply(target, self, given);
        const file = this.inPackage(given[0]);
        if (READING.has(name) && file && existsSync(file)) this.note({ read: file });
        else this.seen(`calls fs.${name}`);
        return Reflect.apply(target, self, given);
      };
      this.replace(fs, name, new Proxy(original, { apply }));
    }
    this.calls(fs.promises, Object.keys(fs.promises).filter((name) => typeof fs.promises[name] === 'function'), 'fs.promises');
  }

  inPackage(given) {
    const file = typeof given === 'string' ? path.resolve(given) : given instanceof URL && given.protocol === 'file:' ? require('url').fileURLToPath(given) : null;
    return file?.startsWith(`${this.root}/`) ? file : null;
  }

  /** `process` has what differs from process to process; each look at that is an effect. */
  watchProcess() {
    const real = process;
    const watched = new Proxy(real, {
      get: (target, name) => {
        if (!this.isBuilding || this.isQuiet || typeof name === 'symbol' || PROCESS_STEADY.has(name)) return Reflect.get(target, name);
        if (STREAMS.has(name)) return Reflect.get(target, name);
        if (name in target) this.seen(`looks at process.${name}`);
        return Reflect.get(target, name);
      },
      set: (target, name, value) => (this.seen(`changes process.${String(name)}`), Reflect.set(target, name, value)),
    });
    this.calls(real, ['emitWarning'], 'process');
    for (const name of STREAMS.keys()) this.replace(real, name, this.stream(name));
    this.replace(globalThis, 'process', watched);
  }

  /** A standard stream, of which a module may ask whether it is a terminal. */
  stream(name) {
    const real = () => process[name];
    return new Proxy({}, {
      get: (target, key) => {
        if (!this.isBuilding) return Reflect.get(real(), key);
        if (key === 'fd') return STREAMS.get(name);
        if (key === 'isTTY') return this.askedForTerminal() || undefined;
        if (key === 'columns') return undefined;
        this.seen(`looks at ${String(key)} of process.${name}`);
        return undefined;
      },
      has: (target, key) => (this.seen(`looks into process.${name}`), this.isBuilding ? false : key in real()),
      set: (target, key, value) => (this.seen(`changes process.${name}`), this.isBuilding || Reflect.set(real(), key, value)),
      getPrototypeOf: () => (this.isBuilding ? Object.prototype : Object.getPrototypeOf(real())),
    });
  }

  /** Constructors get stand-ins, anything else is an effect. */
  global(name) {
    if (this.isConstructor(name)) return this.standIns.global(name);
    this.seen(`looks at ${name}`);
    return undefined;
  }

  isConstructor(name) {
    return Object.hasOwn(this.world.constructors, name);
  }

  /** Globals that are not there while a snapshot is built. */
  watchGlobals() {
    for (const name of this.world.globals) {
      if (name in globalThis) continue;
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get: () => this.global(name),
        set: () => this.seen(`changes ${name}`),
      });
      this.undo.push(() => delete globalThis[name]);
    }
  }
}

module.exports = { Effects };
