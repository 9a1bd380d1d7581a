'use strict';
// The state machine, against testdata/vectors/sessions.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { NUMBERS } = require('../lib/frames.cjs');
const { Session } = require('../lib/session.cjs');

const VECTORS = path.join(__dirname, '../../../testdata/vectors/sessions');

/** Where the steps stop being legal; a step of the wrong side is not legal either. */
function follow(steps, role) {
  const session = new Session(role);
  for (const [at, [sender, kind]] of steps.entries()) {
    if ((NUMBERS[kind] < 0x80 ? 'host' : 'worker') !== sender)
      return { at, code: 'protocol.unexpected_message' };
    try {
      session.advance(kind, 0);
    } catch (error) {
      return { at, code: error.code };
    }
  }
  return null;
}

for (const name of fs.readdirSync(VECTORS)) {
  test(`session ${name}`, () => {
    const expected = JSON.parse(fs.readFileSync(path.join(VECTORS, name, 'expected.json'), 'utf8'));
    assert.deepEqual(follow(expected.steps, expected.role), expected.error);
  });
}

test('what is refused changes nothing', () => {
  const session = new Session();
  session.advance('hello', 0);
  for (const kind of Object.keys(NUMBERS)) {
    if (kind === 'welcome' || kind === 'log') continue;
    assert.throws(() => session.advance(kind, 0), { code: 'protocol.unexpected_message' });
    assert.equal(session.state, 'greeted');
  }
});

test('an answer to another request is refused', () => {
  const session = new Session();
  session.advance('hello', 0);
  session.advance('welcome', 3);
  assert.throws(() => session.advance('ready', 2), { code: 'protocol.unexpected_message' });
  session.advance('ready', 3);
  assert.equal(session.state, 'stem');
});
