'use strict';
// What a host learns of an error.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { run } = require('./support/cases.cjs');
const { Host } = require('./support/host.cjs');
const { createPackage } = require('./support/package.cjs');

const frame = (name, file) => new RegExp(`^${name}.*${file.replace('.', '\\.')}:\\d+:\\d+\\)?$`);

test('traces hold the frames of user code, outermost first', async () => {
  const { trace } = await run('handler_raises');
  assert.equal(trace.length, 2);
  assert.match(trace[0], frame('(exports\\.)?handler', 'index.js'));
  assert.match(trace[1], frame('check', 'index.js'));
});

test('an import’s trace leads to the line', async () => {
  const { trace } = await run('import_raises');
  assert.match(trace[0], frame('Object\\.<anonymous>', 'index.js'));
  assert.match(trace.at(-1), frame('', 'database.js'));
});

test('causes follow, each with its own frames', async () => {
  const { trace } = await run('cause_chain');
  const causes = trace.filter((line) => line.startsWith('caused by '));
  assert.deepEqual(causes, [
    'caused by RangeError: the article cannot be loaded',
    'caused by TypeError: the row has no column "price"',
  ]);
  assert.match(trace.at(-1), frame('read', 'index.js'));
});

test('a syntax error names file and line', async () => {
  const { trace } = await run('syntax_error');
  assert.match(trace.at(-1), /syntax_error\/index\.js:2$/);
});

test('nothing of the launcher is in a message or a trace', async () => {
  const outcome = await run('missing_dependency');
  assert.doesNotMatch(JSON.stringify([outcome.message, outcome.trace]), /runtimes\/node|boot\.cjs/);
  assert.match(outcome.message, /Require stack:\n- .*missing_dependency\/index\.js$/);
});

test('hostile values are described all the same', async (t) => {
  const source = `
    const cycle = new Error('cycle'); cycle.cause = cycle;
    const values = {
      proxy: new Proxy({}, { get() { throw new Error('trap'); }, getPrototypeOf() { throw new Error('trap'); } }),
      getter: Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('trap'); } }),
      stackless: Object.assign(new Error('no stack'), { stack: 42 }),
      cycle,
      long: new Error('y'.repeat(2 << 20)),
      symbol: Symbol('sign'),
      bare: Object.create(null),
      foreign: require('vm').runInNewContext("new TypeError('from another realm')"),
    };
    exports.handler = async (name) => { throw values[name]; };`;
  const host = new Host();
  await host.become(createPackage(t, { 'index.js': source }));
  const messages = {};
  for (const name of ['proxy', 'getter', 'stackless', 'cycle', 'long', 'symbol', 'bare', 'foreign']) {
    const { kind, body } = await host.invoke(JSON.stringify(name));
    assert.deepEqual([kind, body.code], ['failure', 'function.raised'], name);
    messages[name] = body.message;
  }
  assert.equal(messages.stackless, 'no stack');
  assert.equal(messages.cycle, 'cycle');
  assert.equal(messages.symbol, 'Symbol(sign)');
  assert.equal(messages.bare, '{}');
  assert.equal(messages.foreign, 'from another realm');
  assert.ok(messages.long.length < 70_000);
  await host.close();
});
