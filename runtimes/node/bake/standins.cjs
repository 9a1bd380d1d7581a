'use strict';
// What modules get, while a snapshot is built, in the place of builtin modules that no snapshot can hold: the same
// names, and behind them the builtin module of the process that was started from the snapshot.
//
// Modules may keep them, look at plain values, and derive classes. Whatever else they do with them while they load
// is an effect, for which they are left out of the snapshot.

const Module = require('module');

const GLOBAL = 'globalThis';

class StandIns {
  /** `world`: what is in each builtin module, and which global constructors there are. */
  constructor({ builtins, constructors }, effects) {
    this.described = builtins;
    this.constructors = constructors;
    this.effects = effects;
    this.isRestored = false;
    this.made = new Map();
    this.prototypes = [];
    this.left = [];
    this.realExports = new Map();
    this.isBypassed = false;
  }

  has(name) {
    return Object.hasOwn(this.described, name);
  }

  of(name) {
    if (!this.made.has(name)) this.made.set(name, this.make(name));
    return this.made.get(name);
  }

  /**
   * A builtin module itself, behind a screen: bundlers' helpers look at each property, which has Node load parts of
   * itself that no snapshot can hold.
   */
  screen(name, hidden) {
    if (this.made.has(name)) return this.made.get(name);
    const real = this.real(name);
    const made = new Proxy({}, this.handler(name, () => this.real(name), {
      get: (key) => {
        if (!hidden.has(key)) return real[key];
        this.effects.seen(`looks at ${key} of ${name}`);
        return undefined;
      },
      // Not what is hidden, which to look at would be to use it.
      describe: (key) => (hidden.has(key) ? { get: () => made[key], enumerable: true } : Reflect.getOwnPropertyDescriptor(real, key)),
      keys: () => Object.getOwnPropertyNames(real),
    }));
    this.made.set(name, made);
    return made;
  }

  /**
   * What a module of the package exports that is left out of the snapshot, for modules that do not look at it while
   * they load. Each name is read from the real one whenever it is asked for.
   */
  exported(file, names) {
    const known = new Map(names);
    const made = new Proxy({}, this.handler(file, () => this.loaded(file), {
      get: (key) => {
        // Compilers' helpers ask for it first.
        if (key === '__esModule') return known.has(key) || undefined;
        if (!known.has(key)) return undefined;
        this.effects.seen(`looks at ${String(key)} of ${file}`);
        return this.forNow(file)[key];
      },
      describe: (key) => ({ get: () => made[key], enumerable: known.get(key) }),
      keys: () => [...known.keys()],
    }));
    this.left.push(file);
    return made;
  }

  /** The real one, to go on with in an attempt that will not be used. */
  forNow(file) {
    if (!this.realExports.has(file)) {
      const standIn = Module._cache[file];
      delete Module._cache[file];
      this.isBypassed = true;
      try {
        this.load(file);
      } finally {
        this.isBypassed = false;
      }
      this.realExports.set(file, Module._cache[file].exports);
      Module._cache[file] = standIn;
    }
    return this.realExports.get(file);
  }

  loaded(file) {
    return (Module._cache[file] ?? this.load(file)).exports;
  }

  load(file) {
    Module._load(file, this.asker, false);
    return Module._cache[file];
  }

  /** Loads what has been left out, in the order in which it was asked for. */
  enter() {
    for (const file of this.left) this.loaded(file);
  }

  /** A constructor that is global in every process but this one. */
  global(name) {
    if (!this.made.has(`global ${name}`)) this.made.set(`global ${name}`, this.member(GLOBAL, name, this.constructors[name]));
    return this.made.get(`global ${name}`);
  }

  real(name) {
    return name === GLOBAL ? globalThis : process.getBuiltinModule(name);
  }

  /** Lets derived classes find what they derive from. */
  restored() {
    this.isRestored = true;
    for (const { name, key, prototype } of this.prototypes) {
      Object.setPrototypeOf(prototype, this.real(name)[key].prototype);
    }
  }

  make(name) {
    const about = this.described[name] ?? { functions: {}, values: {} };
    const members = new Map();
    return new Proxy({}, this.handler(name, () => this.real(name), {
      get: (key) => {
        if (Object.hasOwn(about.values, key)) return about.values[key];
        if (key === 'default') return undefined;
        if (typeof key === 'string' && Object.hasOwn(about.functions, key)) {
          if (!members.has(key)) members.set(key, this.member(name, key, about.functions[key]));
          return members.get(key);
        }
        if (key === Symbol.toStringTag || key === '__esModule') return undefined;
        this.effects.seen(`looks at ${String(key)} of ${name}`);
        return this.real(name)[key];
      },
      keys: () => [...Object.keys(about.functions), ...Object.keys(about.values)],
    }));
  }

  /** A function or class of a builtin module. */
  member(name, key, { name: title, length }) {
    const real = () => this.real(name)[key];
    const why = (what) => this.effects.seen(`${what} ${name}.${key}`);
    let prototype;
    const target = function () {};
    const handler = this.handler(`${name}.${key}`, real, {
      get: (property) => {
        if (property === 'name') return title;
        if (property === 'length') return length;
        if (property === 'prototype') {
          if (!prototype) this.prototypes.push({ name, key, prototype: (prototype = {}) });
          return prototype;
        }
        if (typeof property === 'symbol' || property in Function.prototype) return Function.prototype[property];
        why(`looks at ${property} of`);
        return real()?.[property];
      },
      keys: () => ['name', 'length', 'prototype'],
    });
    const member = new Proxy(target, {
      ...handler,
      apply: (_, self, given) => {
        if (!this.isRestored && name === 'tty' && key === 'isatty') return this.effects.askedForTerminal();
        if (!this.isRestored) why('calls');
        return Reflect.apply(real(), self, given);
      },
      construct: (_, given, derived) => {
        if (!this.isRestored) why('constructs');
        return Reflect.construct(real(), given, derived === member ? real() : derived);
      },
    });
    return member;
  }

  /** Traps for what objects and functions have in common. */
  handler(what, real, { get, keys, describe }) {
    const change = (how) => (target, ...given) => {
      if (!this.isRestored) this.effects.seen(`changes ${what}`);
      return Reflect[how](real(), ...given);
    };
    return {
      get: (target, key) => (this.isRestored ? real()[key] : get(key)),
      has: (target, key) => (this.isRestored ? key in real() : keys().includes(key)),
      ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...(this.isRestored ? Reflect.ownKeys(real()) : keys())])],
      getOwnPropertyDescriptor: (target, key) => {
        const own = Reflect.getOwnPropertyDescriptor(target, key);
        if (own && !own.configurable) return own;
        if (this.isRestored) {
          const found = Reflect.getOwnPropertyDescriptor(real(), key);
          return found && { ...found, configurable: true };
        }
        if (describe && keys().includes(key)) return { ...describe(key), configurable: true };
        return keys().includes(key) ? { value: get(key), writable: true, enumerable: true, configurable: true } : own;
      },
      getPrototypeOf: (target) => Reflect.getPrototypeOf(this.isRestored ? real() : target),
      set: change('set'),
      defineProperty: change('defineProperty'),
      deleteProperty: change('deleteProperty'),
      setPrototypeOf: change('setPrototypeOf'),
    };
  }
}

module.exports = { StandIns };
