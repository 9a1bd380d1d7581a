'use strict';
// Cold files in threads and processes that a slimmed function starts, which look as if nothing had been done.

const { test } = require('node:test');
const { HOT_FILES, run, slimmed } = require('./support/slimmed.cjs');

// What a thread or process sees of cold files, and of itself.
const SEES = `
  const fs = require('node:fs');
  const seen = () => ({
    version: require('cold').version,
    text: fs.readFileSync(__dirname + '/data/cold.txt', 'utf8'),
    main: require.main === module,
    argv: process.argv.slice(2),
    execArgv: process.execArgv,
    options: process.env.NODE_OPTIONS ?? null,
    told: Object.keys(process.env).filter((name) => name.startsWith('HEADSTART')),
  });`;
const HOT = {
  ...HOT_FILES,
  'thread.js': `${SEES} require('node:worker_threads').parentPort.postMessage(seen());`,
  'thread.mjs': `
    import { parentPort } from 'node:worker_threads';
    import { form } from 'dual';
    parentPort.postMessage(form);`,
  'process.js': `${SEES} if (process.send) process.send(seen()); else console.log(JSON.stringify(seen()));`,
  'nested.js': `
    const { Worker, parentPort } = require('node:worker_threads');
    new Worker(__dirname + '/thread.js').on('message', (it) => parentPort.postMessage(it));`,
  'forks.js': `require('node:child_process').fork(__dirname + '/process.js', ['x']).on('message', (it) => process.send(it));`,
};
const CODE = `
  const { Worker, SHARE_ENV } = require('node:worker_threads');
  const { execFile, execFileSync, fork, spawn, spawnSync } = require('node:child_process');
  const { once } = require('node:events');
  const told = async (it) => (await Promise.race([once(it, 'message'), once(it, 'error').then(([error]) => { throw error; })]))[0];
  const plain = (more) => ({ version: '1.2.3', text: 'cold', main: true, argv: [], execArgv: [], options: null, told: [], ...more });
`;

/** A slimmed package whose kept files start threads and processes. */
function starting(t, own = {}) {
  return slimmed(t, { hot: HOT, own: { starts: '', esm: '', ...own } });
}

test('threads see cold files and are told nothing else', (t) => {
  const code = `${CODE}
    assert.deepEqual(await told(new Worker('./thread.js')), plain());
    assert.deepEqual(await told(new Worker(new URL('thread.js', 'file://' + ROOT + '/'), { env: SHARE_ENV, argv: ['a'] })), plain({ argv: ['a'] }));
    assert.deepEqual(await told(new Worker('./thread.js', { env: {}, execArgv: ['--no-warnings'] })), plain({ execArgv: ['--no-warnings'] }));
    assert.equal(await told(new Worker('./thread.mjs')), 'module');
    assert.deepEqual(await told(new Worker('./nested.js')), plain());
    const source = 'require("node:worker_threads").parentPort.postMessage(require("node:fs").readFileSync("data/cold.txt", "utf8"))';
    assert.equal(await told(new Worker(source, { eval: true })), 'cold');
    assert.throws(() => new Worker('./thread.js', { execArgv: ['--title=x'] }), { code: 'ERR_WORKER_INVALID_EXEC_ARGV' });
    assert.throws(() => new Worker('./thread.js', { execArgv: 'x' }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.equal(require('node:worker_threads').getEnvironmentData('headstart.cold'), undefined);`;
  run(starting(t), code);
});

test('threads have the arguments of the process', (t) => {
  const code = `${CODE}
    const found = await told(new Worker('./thread.js'));
    assert.deepEqual(found, plain({ execArgv: process.execArgv }));
    assert.equal(process.execArgv.length, 2);`;
  run(starting(t), code, { execArgv: ['--max-old-space-size=200', '--conditions=x'] });
});

test('a class of threads is as it was', (t) => {
  const code = `${CODE}
    class Own extends Worker { get kind() { return 'own'; } }
    const thread = new Own('./thread.js');
    assert.ok(thread instanceof Own && thread instanceof Worker && thread.kind === 'own');
    assert.equal(Worker.name, 'Worker');
    assert.equal(Object.getPrototypeOf(thread).constructor, Own);
    assert.equal((await import('node:worker_threads')).Worker, Worker);
    const other = new Worker('./thread.js');
    assert.equal(other.constructor, Worker);
    await Promise.all([told(thread), told(other)]);`;
  run(starting(t), code);
});

test('processes of the same Node see cold files and are told nothing else', (t) => {
  const code = `${CODE}
    assert.deepEqual(await told(fork('./process.js', ['x'])), plain({ argv: ['x'] }));
    assert.deepEqual(await told(fork('./forks.js')), plain({ argv: ['x'] }));
    assert.deepEqual(await told(fork('./process.js', { env: { ...process.env, NODE_OPTIONS: '--no-warnings' } })), plain({ options: '--no-warnings' }));
    const main = path.join(ROOT, 'process.js');
    const child = spawn(process.execPath, ['--no-warnings', main, 'y'], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.deepEqual(child.spawnargs, [process.execPath, '--no-warnings', main, 'y']);
    let text = '';
    for await (const part of child.stdout) text += part;
    assert.deepEqual(JSON.parse(text), plain({ argv: ['y'], execArgv: ['--no-warnings'] }));
    for (const done of [spawnSync(process.execPath, [main]).stdout, execFileSync(process.execPath, [main], { env: process.env })])
      assert.deepEqual(JSON.parse(done), plain());
    assert.deepEqual(JSON.parse(spawnSync(process.execPath, undefined, { input: 'console.log(JSON.stringify(process.env.A))', env: { A: 'b' } }).stdout), 'b');
    assert.deepEqual(JSON.parse(spawnSync(process.execPath, { input: 'console.log(require("fs").readFileSync("data/cold.txt", "utf8").length)' }).stdout), 4);
    assert.equal(spawnSync(process.execPath, ['-p', 'process.env.A'], { env: Object.create({ A: 'b' }), encoding: 'utf8' }).stdout.trim(), 'b');
    const { stdout } = await require('node:util').promisify(execFile)(process.execPath, [main]);
    assert.deepEqual(JSON.parse(stdout), plain());`;
  run(starting(t), code);
});

test('other programs are told nothing', (t) => {
  const code = `${CODE}
    const before = execFileSync('/usr/bin/env', { encoding: 'utf8' });
    assert.ok(!/HEADSTART_COLD|NODE_OPTIONS/.test(before));
    assert.equal(spawnSync('/usr/bin/env', { env: { A: 'b' }, encoding: 'utf8' }).stdout, 'A=b\\n');
    assert.equal(spawnSync('nothing-of-this-name').error.code, 'ENOENT');`;
  run(starting(t), code);
});

test('a cold module may be the first to start a thread', (t) => {
  const cold = {
    'lib/start.js': 'const { Worker } = require("node:worker_threads"); exports.start = (file) => new Worker(file);',
    'data/cold.txt': 'cold',
    'node_modules/cold/package.json': '{ "version": "1.2.3" }',
    'node_modules/cold/index.js': 'exports.version = require("./package.json").version;',
  };
  const place = slimmed(t, { hot: HOT, cold });
  run(place, `${CODE} assert.equal((await told(require('./lib/start.js').start('./thread.js'))).version, '1.2.3');`);
});

test('nothing is patched where nothing starts threads', (t) => {
  const code = `
    const loaded = () => process.moduleLoadList.filter((name) => name === 'NativeModule child_process');
    assert.deepEqual(loaded(), []);
    assert.equal(require('hot').count, 1);
    fs.readFileSync('data/cold.txt');
    assert.deepEqual(loaded(), []);`;
  run(slimmed(t), code);
});

test('an archive that lies elsewhere is found by all', (t) => {
  const { renameSync } = require('node:fs');
  const place = starting(t);
  renameSync(`${place.root}/.headstart/cold`, `${place.temporary}/else`);
  const code = `${CODE}
    delete process.env.HEADSTART_COLD;
    assert.deepEqual(await told(new Worker('./thread.js')), plain());
    assert.deepEqual(await told(fork('./process.js')), plain());`;
  run(place, code, { environment: { HEADSTART_COLD: `${place.temporary}/else` } });
});
