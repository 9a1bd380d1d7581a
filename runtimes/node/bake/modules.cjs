'use strict';
// ES modules in a snapshot, where Node has no loader for them: each has been turned into a function, which gets what it
// imports and says what it exports. Names are resolved as ECMA-262 does it ("Source Text Module Records").

const { Namespace } = require('./namespace.cjs');

class Modules {
  /**
   * `converted`: by file, the function's `text`, and what it imports and exports; `finds`: by file, what its specifiers
   * find; `names`: what scripts and JSON export. `compile(text, file, head)` gives the function, `script(file)` what a
   * script or a builtin module exports; `within(file, work)` does something in a module's name; `seen(why)` is told
   * what may be another in an ES module.
   */
  constructor({ converted, finds, names }, { compile, script, within, seen }) {
    Object.assign(this, { converted, finds, names, compile, script, within, seen });
    this.loaded = new Map();
    this.others = new Map();
  }

  has(file) {
    return Object.hasOwn(this.converted, file);
  }

  /** The module of a file, run with all it imports; in a cycle, while it runs. */
  load(file) {
    const known = this.loaded.get(file);
    if (known) return known;
    const module = { file, getters: null, namespace: null, hasImports: false };
    this.loaded.set(file, module);
    this.within(file, () => this.run(module));
    return module;
  }

  run(module) {
    const { text, head, requests } = this.converted[module.file];
    const found = requests.map(({ specifier }) => this.finds[module.file][specifier]);
    const loader = {
      exports: (getters) => {
        module.getters = getters;
        module.hasImports = requests.length === 0;
      },
      import: (at) => {
        const imported = this.imported(found[at], requests[at]);
        module.hasImports = at === requests.length - 1;
        return imported;
      },
      late: () => this.seen('imports while it is loaded'),
    };
    Reflect.apply(this.compile(text, module.file, head), undefined, [loader]);
  }

  /** What a module sees of another one that it imports. */
  imported(file, { names, all }) {
    if (this.has(file)) return this.namespace(this.load(file).file);
    return all ? this.namespaceOfOther(file) : this.pick(file, names);
  }

  /** Of a script or a builtin module, the values of these names. */
  pick(file, names) {
    const exported = this.script(file);
    return Object.fromEntries(names.map((name) => [name, isWhole(name) ? exported : exported[name]]));
  }

  namespaceOfOther(file) {
    if (!this.others.has(file)) {
      const names = this.names[file] ?? ['default', ...Object.keys(this.script(file)).filter((name) => name !== 'default')];
      const values = this.pick(file, names);
      this.others.set(file, Namespace.of(names, (name) => values[name]));
    }
    return this.others.get(file);
  }

  /** The namespace object of a module. */
  namespace(file) {
    const module = this.loaded.get(file);
    if (!module.namespace) {
      const names = this.namesOf(file, new Set()).filter((name) => this.resolve(file, name) !== null);
      module.namespace = Namespace.of(names, (name) => this.value(file, name));
    }
    return module.namespace;
  }

  /** What `require` gives of a module. */
  required(file) {
    const namespace = this.namespace(this.load(file).file);
    if ('module.exports' in namespace) return namespace['module.exports'];
    if (!('default' in namespace) || '__esModule' in namespace) return namespace;
    const module = this.loaded.get(file);
    module.required ??= Namespace.of([...Object.keys(namespace), '__esModule'], (name) => name === '__esModule' || namespace[name]);
    return module.required;
  }

  /** GetExportedNames. */
  namesOf(file, seen) {
    if (!this.has(file)) return Object.keys(this.namespaceOfOther(file));
    if (seen.has(file)) return [];
    seen.add(file);
    const { exports, passed_on: passedOn, stars } = this.converted[file];
    const own = [...exports, ...passedOn.map(({ name }) => name)];
    const through = stars.flatMap((at) => this.namesOf(this.target(file, at), seen)).filter((name) => name !== 'default');
    return [...new Set([...own, ...through])];
  }

  /** ResolveExport: the file and the name in it, `name` null for its namespace; null where there is none, or several. */
  resolve(file, name, seen = new Set()) {
    if (!this.has(file)) return this.namesOf(file).includes(name) ? { file, name } : null;
    const key = `${file}\0${name}`;
    if (seen.has(key)) return null;
    seen.add(key);
    const { exports, passed_on: passedOn } = this.converted[file];
    if (exports.includes(name)) return { file, name };
    const passed = passedOn.find((it) => it.name === name);
    if (!passed) return name === 'default' ? null : this.resolveStar(file, name, seen);
    const target = this.target(file, passed.request);
    return passed.imported === null ? { file: target, name: null } : this.resolve(target, passed.imported, seen);
  }

  resolveStar(file, name, seen) {
    const { stars } = this.converted[file];
    const found = stars.map((at) => this.resolve(this.target(file, at), name, seen)).filter((it) => it !== null);
    const isSame = found.every((it) => it.file === found[0].file && it.name === found[0].name);
    return found.length > 0 && isSame ? found[0] : null;
  }

  value(from, exported) {
    const { file, name } = this.resolve(from, exported);
    if (!this.has(file)) return name === null ? this.namespaceOfOther(file) : this.namespaceOfOther(file)[name];
    if (name === null) return this.namespace(this.load(file).file);
    const { getters, hasImports } = this.loaded.get(file) ?? {};
    // In an ES module it has them before it runs.
    if (!hasImports) this.seen(`uses ${file} before that has what it imports`);
    if (!getters) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    return getters[name]();
  }

  target(file, at) {
    return this.finds[file][this.converted[file].requests[at].specifier];
  }

  /** When all have run nothing changes any more: namespaces are made fast, and by file all that a start needs. */
  finish() {
    const namespaces = new Map([...this.loaded.keys()].map((file) => [file, this.namespace(file)]));
    const required = [...this.loaded.values()].flatMap((it) => it.required ?? []);
    for (const it of [...namespaces.values(), ...this.others.values(), ...required]) Namespace.finish(it);
    for (const name of ['converted', 'finds', 'names', 'loaded', 'others']) this[name] = null;
    return namespaces;
  }
}

function isWhole(name) {
  return name === 'default' || name === 'module.exports';
}

module.exports = { Modules };
