'use strict';
// What may be said when: the state machine of one connection, the same on both sides. Pure.

const { NUMBERS, ProtocolError } = require('./frames.cjs');

const FIRST_OF_WORKER = 0x80;
const ANSWERS = new Set(['ready', 'result', 'piece', 'failure', 'forked', 'refused']);

// The table of the reference page. `log` is not in it, being legal wherever `hello` has been said.
const TABLE = {
  connecting: { hello: 'greeted' },
  greeted: { welcome: 'preloading' },
  preloading: { ready: 'stem', failure: 'failed' },
  stem: { specialize: 'specializing', shutdown: 'ending' },
  specializing: { ready: 'idle', failure: 'failed' },
  idle: {
    invoke: 'busy',
    prewarm: 'hooking',
    before_freeze: 'hooking',
    after_thaw: 'hooking',
    before_snapshot: 'hooking',
    after_restore: 'hooking',
    shutdown: 'ending',
  },
  busy: { piece: 'busy', result: 'idle', failure: 'idle' },
  hooking: { ready: 'idle', failure: 'idle' },
  zygote: { fork: 'forking', shutdown: 'ending', exited: 'zygote' },
  forking: { forked: 'zygote', refused: 'zygote', exited: 'forking' },
  failed: {},
  ending: { exited: 'ending' },
};

/** Follows one connection and refuses what is not legal. */
class Session {
  constructor(role = 'worker') {
    this.state = 'connecting';
    this.role = role;
    this.request = 0;
  }

  /** Takes note of a message, sent or received; what is refused changes nothing. */
  advance(kind, request) {
    const next = this.next(kind);
    if (next === undefined) {
      const message = `${kind} is not legal in state ${this.state}`;
      throw new ProtocolError('protocol.unexpected_message', message, request);
    }
    if (NUMBERS[kind] < FIRST_OF_WORKER) {
      this.request = request;
    } else if (request !== this.request && ANSWERS.has(kind)) {
      const message = `${kind} answers request ${request}, not ${this.request}`;
      throw new ProtocolError('protocol.unexpected_message', message, request);
    }
    this.state = next;
  }

  next(kind) {
    if (kind === 'log') return this.state === 'connecting' ? undefined : this.state;
    if (this.state === 'preloading' && kind === 'ready' && this.role === 'zygote') return 'zygote';
    if (this.state === 'ending' && kind === 'exited' && this.role !== 'zygote') return undefined;
    return TABLE[this.state][kind];
  }
}

module.exports = { Session };
