'use strict';
// Snapshots: what they hold, what they leave to each start, and what must be true for them to be used.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { FILL, HAS_SNAPSHOTS, baked, restored, same } = require('./support/baked.cjs');

const options = { skip: HAS_SNAPSHOTS ? false : 'this Node starts from no snapshot' };
const snapshot = true;
const leftOf = ({ report, directory }) =>
  Object.fromEntries(report.snapshot.left.map(({ file, why }) => [path.relative(path.join(directory, 'node_modules'), file), why]));

test('dependencies are loaded before the start, the function is not', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} const dep = require('dep'); const at = process.pid; exports.handler = async () => [dep.at === at, at === process.pid, dep.add(2)];`,
    'node_modules/dep/index.js': 'exports.at = 0; let sum = 0; exports.add = (more) => (sum += more);',
  }, { snapshot });
  assert.deepEqual(leftOf(made), {});
  assert.deepEqual(await same(made, [{}, {}]), [[false, true, 2], [false, true, 4]]);
});

const READS = {
  random: 'exports.value = Math.random();',
  uuid: 'exports.value = require("crypto").randomUUID();',
  bytes: 'exports.value = require("node:crypto").randomBytes(8).toString("hex");',
  web: 'exports.value = crypto.randomUUID();',
  pid: 'exports.value = process.pid;',
  later: 'Promise.resolve().then(() => { exports.value = Math.random(); });',
  tick: 'process.nextTick(() => { exports.value = Math.random(); });',
};

test('what is read at loading and differs from process to process is read at each start', options, async (t) => {
  const files = Object.entries(READS).map(([name, source]) => [`node_modules/${name}/index.js`, source]);
  const names = Object.keys(READS);
  const source = `${FILL} const all = ${JSON.stringify(names)}.map((name) => require(name)); exports.handler = async () => all.map(({ value }) => value);`;
  const made = baked(t, { 'index.js': source, ...Object.fromEntries(files) }, { snapshot });
  const left = leftOf(made);
  for (const name of names) assert.ok(`${name}/index.js` in left, `${name} is left out: ${JSON.stringify(made.report.snapshot)}`);
  const [first, second] = [await restored(made), await restored(made)];
  names.forEach((name, at) => assert.notEqual(first.results[0][at], second.results[0][at], name));
});

test('clocks that begin with the process are not asked in advance', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} const dep = require('dep'); exports.handler = async () => performance.now() - dep.began >= 0 && process.uptime() >= dep.up;`,
    'node_modules/dep/index.js': 'exports.began = performance.now(); exports.up = process.uptime();',
  }, { snapshot });
  assert.ok('dep/index.js' in leftOf(made));
  assert.deepEqual(await same(made), [true]);
});

test('the environment is that of the start, and what was read of it is a condition', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} const dep = require('dep'); exports.handler = async () => [dep.now(), process.env.LATER ?? null];`,
    'node_modules/dep/index.js': 'const { env } = process; exports.level = env.LEVEL_OF_DEP; exports.now = () => [env.LATER ?? null, process.env.LATER ?? null];',
  }, { snapshot });
  const { environment, names } = made.report.snapshot.guards;
  assert.deepEqual([environment.LEVEL_OF_DEP, 'LATER' in environment, names], [null, false, null]);
  const environmentOfStart = { PATH: process.env.PATH, LATER: 'set' };
  assert.deepEqual(await same(made, [{}], { environment: environmentOfStart }), [[['set', 'set'], 'set']]);
});

test('an environment that the function changes before it requires is seen', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} require('./configuration'); const dep = require('dep'); exports.handler = async () => dep.level;`,
    'configuration.js': 'process.env.LEVEL_OF_DEP = "from the function";',
    'node_modules/dep/index.js': 'exports.level = process.env.LEVEL_OF_DEP;',
  }, { snapshot });
  assert.deepEqual(await same(made), ['from the function']);
});

test('globals that the function changes before it requires are seen', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} require('./globals'); const dep = require('dep'); exports.handler = async () => dep.kind;`,
    'globals.js': 'globalThis.setting = "of the function";',
    'node_modules/dep/index.js': 'exports.kind = typeof setting;',
  }, { snapshot });
  assert.deepEqual(await same(made), ['string']);
});

test('what the function changes between two requires is seen by the second', options, async (t) => {
  const made = baked(t, {
    'index.js': `
      const first = require('first'); process.env.LEVEL_OF_DEP = 'set'; Array.prototype.mine = () => 'mine'; ${FILL}
      const second = require('second'); exports.handler = async () => [first.level, second.level, first.mine, second.mine];`,
    'node_modules/first/index.js': 'exports.level = process.env.LEVEL_OF_DEP ?? null; exports.mine = typeof [].mine;',
    'node_modules/second/index.js': 'exports.level = process.env.LEVEL_OF_DEP ?? null; exports.mine = typeof [].mine;',
  }, { snapshot });
  assert.deepEqual(await same(made), [[null, 'set', 'undefined', 'function']]);
});

test('an ES module as the function', options, async (t) => {
  const made = baked(t, {
    'package.json': '{"type": "module"}',
    'index.js': 'import { add } from "dep"; import all from "dep"; await null; export const handler = async () => [add(1), all.add(1)];',
    'node_modules/dep/index.js': `${FILL} let sum = 0; exports.add = (more) => (sum += more); require('./more');`,
    'node_modules/dep/more.js': '',
  }, { snapshot });
  assert.deepEqual(leftOf(made), {});
  assert.deepEqual(await same(made, [{}, {}]), [[1, 2], [3, 4]]);
});

test('builtin modules that no snapshot holds are there at the start', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL}
      const dep = require('dep'); const http = require('http');
      exports.handler = async () => {
        const agent = new dep.Agent({ maxSockets: 3 });
        return [agent instanceof http.Agent, agent instanceof dep.Agent, agent.maxSockets, agent.mine(), dep.methods.includes('GET'),
          dep.code, Object.create(dep.response) instanceof http.ServerResponse, await dep.ask(), dep.isIP('127.0.0.1'), await dep.thread()];
      };`,
    'node_modules/dep/index.js': `
      const http = require('http'); const { request } = require('node:http'); const net = require('net');
      exports.Agent = class Agent extends http.Agent { mine() { return 'mine'; } };
      exports.methods = http.METHODS; exports.code = http.STATUS_CODES[404]; exports.isIP = (text) => net.isIP(text);
      exports.response = Object.create(http.ServerResponse.prototype);
      exports.ask = () => new Promise((resolve) => {
        const server = http.createServer((asked, answer) => answer.end('served')).listen(0, '127.0.0.1', () => {
          request({ port: server.address().port, host: '127.0.0.1', agent: false }, (answer) => {
            let text = ''; answer.on('data', (more) => { text += more; }); answer.on('end', () => { server.close(); resolve(text); });
          }).end();
        });
      });
      const { Worker } = require('worker_threads');
      exports.thread = () => new Promise((resolve, reject) => {
        const worker = new Worker('require("net"); require("child_process"); require("worker_threads").parentPort.postMessage("thread")', { eval: true });
        worker.on('message', resolve); worker.on('error', reject);
      });`,
  }, { snapshot });
  assert.deepEqual(leftOf(made), {});
  assert.deepEqual(await same(made), [[true, true, 3, 'mine', true, 'Not Found', true, 'served', 4, 'thread']]);
});

test('a module that is left out is there for those that need it', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} const dep = require('dep'); exports.handler = async () => [dep.late(), dep.early, Object.keys(dep.all), require('left') === require('dep').left()];`,
    'node_modules/left/index.js': 'exports.id = String(process.pid); exports.check = (id) => id === exports.id; exports.steady = "steady";',
    'node_modules/dep/index.js': `
      const left = require('left'); exports.all = {};
      for (const name in left) Object.defineProperty(exports.all, name, { enumerable: true, get: () => left[name] });
      exports.late = () => left.check(left.id); exports.left = () => require('left'); exports.early = require('./early').early;`,
    'node_modules/dep/early.js': 'exports.early = require("left").steady;',
  }, { snapshot });
  const left = leftOf(made);
  assert.deepEqual(Object.keys(left).sort(), ['dep/early.js', 'dep/index.js', 'left/index.js']);
  assert.deepEqual(await same(made), [[true, 'steady', ['id', 'check', 'steady'], true]]);
});

test('processes and threads that the function starts are none of the snapshot', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} require('dep');
      const { fork } = require('child_process');
      exports.handler = () => new Promise((resolve) => fork(__dirname + '/child.js').on('message', (message) => resolve([message, process.execArgv])));`,
    'child.js': 'const { loaded } = require("dep"); process.send([loaded === process.pid, process.execArgv, Object.keys(require.cache).length]);',
    'node_modules/dep/index.js': 'exports.loaded = require("./pid").pid; require("net");',
    'node_modules/dep/pid.js': 'exports.pid = process.pid;',
  }, { snapshot });
  assert.deepEqual(await same(made), [[[true, [], 3], []]]);
});

test('a file that was looked for and not found may be there at the start', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} exports.handler = async () => require('dep').isThere;`,
    'node_modules/dep/index.js': 'exports.isThere = require("fs").existsSync(require("path").join(__dirname, "later.txt"));',
  }, { snapshot });
  assert.ok('dep/index.js' in leftOf(made));
  assert.deepEqual(await same(made), [false]);
  fs.writeFileSync(path.join(made.directory, 'node_modules/dep/later.txt'), '');
  assert.deepEqual(await same(made), [true]);
});

test('files that are read at loading are a condition', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} exports.handler = async () => require('dep').text;`,
    'node_modules/dep/index.js': 'exports.text = require("fs").readFileSync(require("path").join(__dirname, "a.txt"), "utf8");',
    'node_modules/dep/a.txt': 'text',
  }, { snapshot });
  const { files, directory, executable } = made.report.snapshot.guards;
  assert.ok(files.some(({ file, size }) => file.endsWith('dep/a.txt') && size === 4));
  assert.deepEqual([directory, executable.file], [made.directory, process.execPath]);
  assert.deepEqual(await same(made), ['text']);
});

test('another Node ends before it runs anything, which is why the executable is a condition', options, (t) => {
  const made = baked(t, { 'index.js': `${FILL} exports.handler = async () => 1;` }, { snapshot });
  const { status } = spawnSync(process.execPath, ['--snapshot-blob', made.image, '-e', '0']);
  assert.notEqual(status, 0);
});

test('code of what is not in the snapshot is taken by a process that began as it', options, async (t) => {
  const made = baked(t, {
    'index.js': `${FILL} const dep = require('dep'); exports.handler = async () => dep.value;`,
    'node_modules/dep/index.js': 'exports.value = 7;',
  }, { snapshot });
  const codeOf = (entries) => entries.filter(({ name }) => name.startsWith('code/')).map(({ file }) => file).find((file) => fs.statSync(file).size > 0);
  const program = `
    const { script } = require(${JSON.stringify(path.join(__dirname, '../lib/image/script.cjs'))});
    const [source, code] = process.argv.slice(-2).map((file) => require('fs').readFileSync(file));
    process.stdout.write(String(script(source.toString(), 'index.js', code).cachedDataRejected));`;
  const file = path.join(made.out, 'program.cjs');
  fs.writeFileSync(file, program);
  const source = path.join(made.directory, 'index.js');
  const isRejected = (entries) => spawnSync(process.execPath, ['--snapshot-blob', made.report.snapshot.file, file, source, codeOf(entries)], { encoding: 'utf8' }).stdout;
  assert.equal(isRejected(made.report.snapshot.entries), 'false');
});

const SHAPES = 'export { area } from "./area.js"; export * as units from "./units.js"; export default class Shape { name = "shape"; }';
const AREA = 'import { scale } from "units"; export function area(side) { return side * side * scale; }';
const FUNCTIONS = {
  'node_modules/shapes/index.js': {
    text: '(function (hs$) { "use strict"; hs$.exports({ "default": () => Shape }); const hs$0 = hs$.import(0); const hs$1 = hs$.import(1); class Shape { name = "shape"; }\n})',
    head: 116,
    requests: [{ specifier: './area.js', names: ['area'], all: false }, { specifier: './units.js', names: [], all: true }],
    passed_on: [{ name: 'area', request: 0, imported: 'area' }, { name: 'units', request: 1, imported: null }],
    stars: [],
    exports: ['default'],
  },
  'node_modules/shapes/area.js': {
    text: '(function (hs$) { "use strict"; hs$.exports({ "area": () => area }); const hs$0 = hs$.import(0); const { "scale": scale } = hs$0; function area(side) { return side * side * scale; }\n})',
    head: 131,
    requests: [{ specifier: 'units', names: ['scale'], all: false }],
    passed_on: [],
    stars: [],
    exports: ['area'],
  },
  'node_modules/shapes/units.js': {
    text: '(function (hs$) { "use strict"; hs$.exports({ "metre": () => metre }); const metre = 1;\n})',
    head: 70,
    requests: [],
    passed_on: [],
    stars: [],
    exports: ['metre'],
  },
};

test('ES modules that are functions are in it, and one instance for all who import or require them', options, async (t) => {
  const made = baked(t, {
    'package.json': '{"type": "module"}',
    'index.js': `import Shape, { area, units } from 'shapes'; import * as all from 'shapes'; import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url); ${FILL}
      export const handler = async () => [area(3), new Shape().name, units.metre, Object.keys(all), require('shapes').default === Shape, require('old'), (await import('shapes')) === all];`,
    'node_modules/shapes/package.json': '{"type": "module", "exports": "./index.js"}',
    'node_modules/shapes/index.js': SHAPES,
    'node_modules/shapes/area.js': AREA,
    'node_modules/shapes/units.js': 'export const metre = 1;',
    'node_modules/units/index.js': 'exports.scale = 2;',
    'node_modules/old/index.js': 'const { area } = require("shapes"); module.exports = area(2);',
    'node_modules/old/package.json': '{"name": "old"}',
  }, { snapshot, functions: FUNCTIONS });
  assert.deepEqual(leftOf(made), {});
  const expected = [18, 'shape', 1, ['area', 'default', 'units'], true, 8, true];
  assert.deepEqual(await same(made), [expected]);
  assert.deepEqual((await restored(made)).results, [expected]);
  const guarded = made.report.snapshot.guards.files.map(({ file }) => path.relative(made.directory, file));
  for (const name of ['', 'node_modules/shapes/', 'node_modules/old/']) assert.ok(guarded.includes(`${name}package.json`), guarded);
});
