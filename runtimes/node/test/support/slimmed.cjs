'use strict';
// Slimmed packages that a test makes, and programs that run in them.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { pack } = require('./archive.cjs');
const { createPackage } = require('./package.cjs');

const COLD = path.join(__dirname, '../../lib/cold');
const TIMEOUT = 60_000;

const json = JSON.stringify;
const HOT_FILES = {
  'data/hot.txt': 'hot',
  'lib/hot.js': 'exports.name = "lib";',
  'node_modules/hot/package.json': json({ name: 'hot', main: './index.js' }),
  'node_modules/hot/index.js': `
    exports.count = (exports.count ?? 0) + 1;
    exports.later = (name) => require(name);
    exports.here = __filename;`,
  'node_modules/half/package.json': json({ name: 'half', exports: { '.': './index.js', './*': './lib/*.js' } }),
  'node_modules/half/index.js': 'exports.token = {}; exports.late = () => require("./lib/late.js");',
};
const COLD_FILES = {
  'data/cold.txt': 'cold',
  'data/more/x.bin': 'x'.repeat(500),
  'data/some.json': '{"some": 1}',
  'lib/cold.js': 'exports.hot = require("./hot.js"); exports.file = __filename;',
  'node_modules/cold/package.json': json({ name: 'cold', version: '1.2.3', main: './lib/main.js' }),
  'node_modules/cold/lib/main.js': `
    exports.hot = require("hot");
    exports.version = require("../package.json").version;
    exports.text = require("fs").readFileSync(__dirname + "/text.txt", "utf8");`,
  'node_modules/cold/lib/text.txt': 'of a cold package',
  'node_modules/cold/node_modules/inner/index.js': 'module.exports = "nested";',
  'node_modules/cold/lib/nested.js': 'module.exports = require("inner");',
  'node_modules/dual/package.json': json({
    name: 'dual',
    exports: { '.': { import: './m.mjs', require: './c.cjs' }, './sub': './sub.cjs', './data': './data.json' },
    imports: { '#own': './own.cjs' },
  }),
  'node_modules/dual/m.mjs': 'import hot from "hot"; import sub from "dual/sub"; export const form = "module"; export { hot, sub };',
  'node_modules/dual/c.cjs': 'exports.form = "script"; exports.own = require("#own"); exports.self = require("dual/sub");',
  'node_modules/dual/sub.cjs': 'module.exports = "sub";',
  'node_modules/dual/own.cjs': 'module.exports = "own";',
  'node_modules/dual/data.json': '{"data": 2}',
  'node_modules/dual/hidden.cjs': 'module.exports = "hidden";',
  'node_modules/@scope/name/package.json': json({ name: '@scope/name', main: 'main' }),
  'node_modules/@scope/name/main.js': 'module.exports = "scoped";',
  'node_modules/half/lib/late.js': 'exports.token = require("../index.js").token;',
};

/** A slimmed package, with an archive of its cold files, and a directory for what is unpacked. */
function slimmed(t, { hot = HOT_FILES, cold = COLD_FILES, archive = pack(cold), own = {} } = {}) {
  const about = { cold: archive, ...own };
  const ours = Object.fromEntries(Object.entries(about).map(([name, content]) => [`.headstart/${name}`, content]));
  const root = createPackage(t, { ...hot, ...ours });
  const temporary = createPackage(t, {});
  return { root, temporary, environment: { ...process.env, TMPDIR: temporary, NODE_NO_WARNINGS: '1' } };
}

const START = `
  const assert = require('node:assert/strict');
  const fs = require('node:fs');
  const path = require('node:path');
  const cold = require(${json(path.join(COLD, 'index.cjs'))});
  const ROOT = fs.realpathSync(process.cwd());
  assert.ok(cold.install(ROOT));
`;

function program(root, code, extension) {
  const main = path.join(root, `main${extension}`);
  const start = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  fs.writeFileSync(main, extension === '.mjs' ? `${start}${START}${code}` : `(async () => {${START}${code}\n})();`);
  return main;
}

/** Runs code with the fallback installed in a file of the package; what it printed. */
function run(place, code, { extension = '.cjs', environment = {}, execArgv = [], warnings = 0 } = {}) {
  const main = program(place.root, code, extension);
  const env = { ...place.environment, ...environment };
  const done = spawnSync(process.execPath, [...execArgv, main], { cwd: place.root, env, encoding: 'utf8', timeout: TIMEOUT });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.stderr.split('warning').length - 1, warnings, done.stderr);
  if (!warnings) assert.equal(done.stderr, '');
  return done.stdout;
}

module.exports = { COLD, COLD_FILES, HOT_FILES, START, TIMEOUT, json, program, run, slimmed };
