'use strict';
// What Node runs to build a snapshot, `node --snapshot-blob OUT --build-snapshot build.cjs ORDER`: loads modules as a
// function would, and watches that they do nothing that a start would have to do anew.

const fs = require('fs');
const Module = require('module');
const path = require('path');

const { _compile: compile, load } = Module.prototype;
const { _load } = Module;

/** Loads a file of ours; a first module that Node compiles itself would keep it from starting from the snapshot. */
function own(file, from = __dirname) {
  const filename = path.join(from, file);
  const module = { exports: {} };
  const text = fs.readFileSync(filename, 'utf8');
  const body = process.getBuiltinModule('vm').compileFunction(text, ['exports', 'require', 'module', '__dirname'], { filename });
  body(module.exports, (name) => (name.startsWith('.') ? own(name, path.dirname(filename)) : require(name)), module, path.dirname(filename));
  return module.exports;
}

// Not needed any more in the end, and a start reads all that is left.
let order = JSON.parse(fs.readFileSync(process.argv.at(-1), 'utf8'));
const { compile: compileText, imports, script, silence, run } = own('../lib/image/script.cjs');
const { passedOn } = own('./facade.cjs');
const { Effects } = own('./effects/index.cjs');
const { Modules } = own('./modules.cjs');
const { serve } = own('./serving.cjs');
const { StandIns } = own('./standins.cjs');

const LAUNCHER = ['worker.cjs', 'output.cjs', 'session.cjs', 'messages.cjs', 'specialize.cjs', 'invoke.cjs', 'entry.cjs', 'image/index.cjs'];
// Properties whose values Node loads when they are looked at, with a part of itself that no snapshot can hold.
const SCREENED = { util: new Set(['setTraceSigInt', 'transferableAbortController', 'transferableAbortSignal']) };
const wanted = new Set(order.modules);
const standing = new Map(order.standIns);
const stack = [];
const effects = new Effects({ current: () => stack.at(-1) ?? null, note: (fields) => note(fields), world: order.world, root: order.root });
const standIns = new StandIns(order.world, effects);
effects.standIns = standIns;
const modules = new Modules(order.esModules, {
  compile: compileModule,
  seen: (why) => effects.seen(why),
  script: (file) => Module._load(file, standIns.asker, false),
  within,
});
const { writeFileSync } = fs;
const setImmediateOnce = setImmediate;
const effectsFile = path.join(order.out, 'effects');
const noted = new Set();
let isWatching = false;
let silenced = false;

function note(fields) {
  const line = JSON.stringify(fields);
  if (noted.has(line)) return;
  noted.add(line);
  effects.quietly(true, () => writeFileSync(effectsFile, `${line}\n`, { flag: 'a' }));
}

/** A module that is none: the real one takes its place in the process that is started from the snapshot. */
function standIn(module, filename) {
  module.exports = standIns.exported(filename, standing.get(filename));
  module.loaded = true;
}

function forgetStandIns() {
  const made = new Set(standIns.left.map((file) => Module._cache[file]));
  for (const file of standIns.left) delete Module._cache[file];
  for (const module of Object.values(Module._cache)) module.children = module.children.filter((child) => !made.has(child));
}

/** As Node loads a module, with what another one exports, or what its namespace is. */
function loadAs(module, filename, exported) {
  module.filename = filename;
  module.paths = Module._nodeModulePaths(path.dirname(filename));
  module.exports = exported();
  module.loaded = true;
}

/** Has a module loaded, in whose name everything is done meanwhile. */
function within(filename, work) {
  if (!wanted.has(filename)) note({ file: stack.at(-1) ?? null, why: `needs ${filename}` });
  stack.push(filename);
  try {
    return work();
  } finally {
    effects.look();
    stack.pop();
  }
}

Module.prototype.load = function (filename) {
  if (!isWatching) return Reflect.apply(load, this, [filename]);
  if (standing.has(filename) && !standIns.isBypassed) return standIn(this, filename);
  const request = filename.endsWith('js') ? effects.quietly(true, () => passedOn(fs.readFileSync(filename, 'utf8'))) : null;
  if (request === null && modules.has(filename)) return loadAs(this, filename, () => modules.required(filename));
  return within(filename, () => (request === null ? Reflect.apply(load, this, [filename]) : loadAs(this, filename, () => this.require(request))));
};

/** The function that an ES module was turned into, done in that one's name when it is called. */
function compileModule(text, file, head) {
  const filename = require('url').pathToFileURL(file).href;
  if (imports(text)) silenced = true;
  const body = effects.quietly(true, () => compileText(text, filename, head).runInThisContext());
  return (loader) => effects.quietly(false, () => Reflect.apply(body, undefined, [loader]));
}

Module.prototype._compile = function (source, filename) {
  const compiled = script(source, filename);
  if (imports(source)) silenced = true;
  effects.quietly(false, () => run(compiled, this, filename, path.dirname(filename)));
};

Module._load = function (request, parent, isMain) {
  const name = request.startsWith('node:') ? request.slice(5) : request;
  if (Module.isBuiltin(request) && standIns.has(name.split('/')[0])) return standIns.of(name);
  if (name === 'process') return process;
  if (SCREENED[name]) return standIns.screen(name, SCREENED[name]);
  return effects.quietly(true, () => Reflect.apply(_load, this, [request, parent, isMain]));
};

/** The module in whose name all others are asked for. */
function asker() {
  const module = new Module(path.join(order.directory, 'headstart'));
  module.filename = module.id;
  module.paths = Module._nodeModulePaths(order.directory);
  return module;
}

/** The launcher's own modules, but for those that need what no snapshot can hold. */
function loadLauncher() {
  const library = path.join(__dirname, '../lib');
  for (const name of LAUNCHER) _load(path.join(library, name), null, false);
}

/** Processes that the function forks get the arguments of this one; they do not start from the snapshot. */
function forgetArgument() {
  const at = process.execArgv.findIndex((it) => it.startsWith('--snapshot-blob'));
  if (at >= 0) process.execArgv.splice(at, process.execArgv[at].includes('=') ? 1 : 2);
}

/** What a module does later, in promises and ticks, is done in its name too. */
async function settle(file) {
  stack.push(file);
  effects.isQuiet = false;
  await new Promise((resolve) => setImmediateOnce(resolve));
  effects.isQuiet = true;
  effects.look();
  stack.pop();
}

async function loadAll(from) {
  for (const file of order.modules) {
    try {
      if (modules.has(file)) modules.load(file);
      else Module._load(file, from, false);
    } catch (error) {
      note({ file, throws: true, why: `throws ${error?.message}` });
    }
    await settle(file);
  }
}

function finish() {
  effects.unwatch();
  const namespaces = modules.finish();
  forgetStandIns();
  for (const it of [wanted, standing, noted]) it.clear();
  order = null;
  Object.assign(Module.prototype, { _compile: compile, load });
  Module._load = _load;
  Object.defineProperty(globalThis, Symbol.for('headstart.snapshot'), {
    configurable: true,
    value: {
      /** First of all. */
      restored() {
        forgetArgument();
        effects.restored();
        standIns.restored();
        if (silenced) silence();
      },
      /** When environment and directory are the function's, before it is loaded. */
      enter() {
        delete globalThis[Symbol.for('headstart.snapshot')];
        if (namespaces.size > 0) serve(namespaces);
        standIns.enter();
      },
    },
  });
}

writeFileSync(effectsFile, '');
process.chdir(order.directory);
const from = asker();
standIns.asker = from;
loadLauncher();
isWatching = true;
effects.watch();
loadAll(from).then(finish);
