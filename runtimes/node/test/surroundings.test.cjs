'use strict';
// What the process looks like to user code, and what reaches its output.

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

async function invokeWith(t, source, fields, event = {}) {
  const host = new Host({ environment: { PATH: process.env.PATH, TZ: 'Asia/Tokyo', OLD: '1', SAME: '2' } });
  const directory = createPackage(t, { 'index.js': source });
  const ready = await host.become(directory, 'index.handler', fields);
  assert.equal(ready.kind, 'ready', ready.text);
  const answer = await host.invoke(event);
  await host.close();
  return { ...answer, directory, output: host.output };
}

test('the environment is replaced wholly, the time zone with it', async (t) => {
  const source = `
    exports.handler = async () => ({ environment: process.env, hour: new Date(0).getHours(),
      child: require('child_process').execSync('echo $NEW$OLD', { encoding: 'utf8' }).trim() });`;
  const environment = { PATH: process.env.PATH, SAME: '2', NEW: 'é', TZ: 'America/New_York' };
  const { body } = await invokeWith(t, source, { environment });
  assert.deepEqual(body, { environment, hour: 19, child: 'é' });
});

test('the zone goes with the variable', async (t) => {
  const source = 'exports.handler = async () => new Date(0).getHours();';
  const { body } = await invokeWith(t, source, { environment: { PATH: process.env.PATH } });
  const { stdout } = require('node:child_process').spawnSync(
    process.execPath,
    ['-p', 'new Date(0).getHours()'],
    {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    },
  );
  assert.equal(body, Number(stdout));
});

test('without an environment in the order the process keeps its own', async (t) => {
  const { body } = await invokeWith(t, 'exports.handler = async () => [process.env.OLD, process.env.TZ];');
  assert.deepEqual(body, ['1', 'Asia/Tokyo']);
});

test('NODE_PATH of the function is heeded', async (t) => {
  const layer = createPackage(t, { 'node_modules/layered/index.js': "module.exports = 'from the layer';" });
  const environment = { NODE_PATH: path.join(layer, 'node_modules') };
  const { body } = await invokeWith(
    t,
    "const layered = require('layered'); exports.handler = async () => layered;",
    { environment },
  );
  assert.equal(body, 'from the layer');
});

test('directory, arguments and limits are the function’s', async (t) => {
  const source =
    'exports.handler = async (e, { memoryLimitInMB, functionName }) => [process.cwd(), process.argv.length, memoryLimitInMB, functionName];';
  const { body, directory } = await invokeWith(t, source, {
    limits: { memory: 256 << 20 },
    function: 'named',
  });
  assert.deepEqual(body, [directory, 2, '256', 'named']);
});

test('a package that is not there is told', async () => {
  const host = new Host();
  const { kind, body } = await host.become('/nowhere/at/all');
  assert.deepEqual([kind, body.code], ['failure', 'function.entry_not_found']);
  assert.deepEqual(await host.exited, { code: 1, signal: null });
});

test('child processes do not get the connection', { skip: process.platform !== 'linux' }, async (t) => {
  const source = `
    const { execFileSync } = require('child_process');
    exports.handler = async () => execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });`;
  const { body } = await invokeWith(t, source);
  const sockets = body.match(/\d+ -> socket:/g).filter((line) => parseInt(line, 10) > 2);
  assert.deepEqual(sockets, []);
});

test('a connection that child processes would get is warned of', async () => {
  const host = new Host({ descriptor: 20 });
  const { body } = await host.welcome();
  assert.match(body.warnings.join(), /number above 16/);
  await host.close();
});

test('standard input is not the connection', async (t) => {
  const source = `
    exports.handler = () => new Promise((resolve) => process.stdin.on('end', () => resolve('end')).resume());`;
  const { body } = await invokeWith(t, source);
  assert.equal(body, 'end');
});

test('output that nobody reads makes the function wait instead of filling its memory', async (t) => {
  const host = new Host({ slowOutput: true });
  const source = `
    exports.handler = async () => {
      for (let count = 0; count < 100; count += 1) process.stdout.write('x'.repeat(1 << 20));
      process.stderr.write('done');
      return process.memoryUsage.rss();
    };`;
  assert.equal((await host.become(createPackage(t, { 'index.js': source }))).kind, 'ready');
  const answer = host.invoke({});
  let answered = false;
  answer.then(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(answered, false);
  let bytes = 0;
  host.child.stdout.on('data', (piece) => (bytes += piece.length));
  host.child.stderr.resume();
  assert.ok((await answer).body < 200 << 20);
  await host.close();
  assert.equal(bytes, 100 << 20);
});

test('what was written before the result is in the pipe when the result arrives', async (t) => {
  const source = `
    exports.handler = async (count) => {
      console.log('a'.repeat(count));
      require('fs').writeSync(1, 'b');
      process.nextTick(() => console.error('c'));
      await null;
      process.stdout.write('d');
      process.exitCode = 0;
      return 'done';
    };`;
  const { output } = await invokeWith(t, source, {}, 300_000);
  assert.equal(output.stdout, `${'a'.repeat(300_000)}\nbd`);
  assert.equal(output.stderr, 'c\n');
});

test('what was written before the process ends is not lost', async (t) => {
  const host = new Host();
  const source =
    "exports.handler = async () => { process.stdout.write('x'.repeat(5 << 20)); process.exit(4); };";
  await host.become(createPackage(t, { 'index.js': source }));
  assert.equal(await host.invoke({}), undefined);
  assert.deepEqual(await host.exited, { code: 4, signal: null });
  assert.equal(host.output.stdout.length, 5 << 20);
});
