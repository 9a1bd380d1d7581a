'use strict';
// Hooks into loading, as instrumentation and transpilers set them, see cold modules as they see others.

const Module = require('node:module');
const { test } = require('node:test');
const { COLD_FILES, HOT_FILES, json, run, slimmed } = require('./support/slimmed.cjs');

const CLASSES = {
  ...COLD_FILES,
  'node_modules/cold/lib/classes.js': `
    const { Base } = require('half');
    exports.Derived = class Derived extends Base { named() { return this.constructor.name; } };
    exports.work = function work() {};
    exports.place = [__filename, __dirname, module.id, module.filename];`,
};
const HOT = {
  ...HOT_FILES,
  'node_modules/half/index.js': `${HOT_FILES['node_modules/half/index.js']} exports.Base = class Base {};`,
};
const place = (t) => slimmed(t, { hot: HOT, cold: CLASSES, own: { esm: '' } });

test('a patched require is asked, and may exchange what it gives', (t) => {
  const code = `
    const Module = require('node:module');
    const original = Module.prototype.require;
    const seen = [];
    Module.prototype.require = function (name) {
      const found = original.apply(this, arguments);
      const file = Module._resolveFilename(name, this);
      if (path.isAbsolute(file)) seen.push([name, /node_modules.((@[^/]+.)?[^/]+)/.exec(file)?.[1]]);
      return name === 'hot' ? { ...found, patched: true } : found;
    };
    assert.equal(require('cold').hot.patched, true);
    assert.equal(require('@scope/name'), 'scoped');
    assert.deepEqual(seen.filter(([, it]) => it).map(([name, it]) => name + ' ' + it),
      ['hot hot', '../package.json cold', 'cold cold', '@scope/name @scope/name']);`;
  run(place(t), code);
});

test('a patched loader is called with the name that was asked for', (t) => {
  const code = `
    const Module = require('node:module');
    const original = Module._load;
    const seen = [];
    Module._load = function (name, parent, isMain) {
      seen.push(name);
      return original.apply(this, arguments);
    };
    require('cold');
    assert.deepEqual(seen, ['cold', 'hot', '../package.json', 'fs']);`;
  run(place(t), code);
});

test('compilers get the text and the name of a file', (t) => {
  const code = `
    const Module = require('node:module');
    const original = Module.prototype._compile;
    const seen = [];
    Module.prototype._compile = function (text, file, ...rest) {
      seen.push(path.basename(file));
      return original.call(this, text.replace('"nested"', '"compiled"'), file, ...rest);
    };
    assert.equal(require('cold/lib/nested.js'), 'compiled');
    assert.deepEqual(seen, ['nested.js', 'index.js']);
    Module._extensions['.txt'] = (module, file) => { module.exports = fs.readFileSync(file, 'utf8').toUpperCase(); };
    assert.equal(require('cold/lib/text.txt'), 'OF A COLD PACKAGE');
    assert.equal(require('./data/cold.txt'), 'COLD');`;
  run(place(t), code);
});

test('names, classes and places are what they are of other modules', (t) => {
  const code = `
    const { Derived, work, place } = require('cold/lib/classes.js');
    const { Base } = require('half');
    assert.ok(new Derived() instanceof Base);
    assert.deepEqual([new Derived().named(), Derived.name, work.name], ['Derived', 'Derived', 'work']);
    const [file, directory, id, name] = place;
    assert.deepEqual([path.dirname(file), id, name], [directory, file, file]);
    assert.ok(file.endsWith('/node_modules/cold/lib/classes.js'));
    assert.equal(require.cache[file].exports.work, work);
    assert.equal(require(file).work, work);
    assert.deepEqual(fs.readdirSync(directory).sort(), ['classes.js', 'main.js', 'nested.js', 'text.txt']);
    assert.equal(fs.readFileSync(path.join(directory, '../../hot/package.json'), 'utf8'), fs.readFileSync('node_modules/hot/package.json', 'utf8'));
    delete require.cache[file];
    assert.notEqual(require('cold/lib/classes.js').work, work);`;
  run(place(t), code);
});

// A hook that notes what is loaded, and changes the text of one file.
const LOAD = `
  const changed = (url, it) => /dual.m\\.mjs$/.test(url) ? { ...it, source: String(it.source).replace('"module"', '"hooked"') } : it;`;

test('hooks in the same thread', { skip: Module.registerHooks ? false : 'this Node has none' }, (t) => {
  const code = `${LOAD}
    const seen = [];
    require('node:module').registerHooks({
      resolve: (name, context, next) => { const found = next(name, context); seen.push(name); return found; },
      load: (url, context, next) => changed(url, next(url, context)),
    });
    assert.equal((await import('dual')).form, 'hooked');
    assert.deepEqual(seen.filter((name) => !name.startsWith('node:')), ['dual', 'hot', 'dual/sub']);`;
  run(place(t), code);
});

test('hooks in a thread of their own', { skip: Module.register ? false : 'this Node has none' }, (t) => {
  const hooks = `${LOAD}
    export const resolve = (name, context, next) => next(name, context);
    export const load = async (url, context, next) => changed(url, await next(url, context));`;
  const code = `
    require('node:module').register('data:text/javascript,' + encodeURIComponent(${json(hooks)}));
    const found = await import('dual');
    assert.equal(found.form, 'hooked');
    assert.equal(found.hot, require('hot'));`;
  run(place(t), code);
});
