'use strict';
// The host's side of one worker, for tests: starts the launcher with a socket that it inherits.

const { spawn } = require('child_process');
const path = require('path');
const { Decoder, NUMBERS, encode } = require('../../lib/frames.cjs');

const BOOT = path.join(__dirname, '../../boot.cjs');
const ENDED = Symbol('ended');

/** An `invoke` body. */
function invocation(payload, { budgetUs = 0, context = '' } = {}) {
  const bytes = Buffer.from(payload);
  const text = Buffer.from(context);
  const prefix = Buffer.alloc(16);
  prefix.writeBigUInt64LE(BigInt(budgetUs), 0);
  prefix.writeUInt32LE(text.length, 8);
  return Buffer.concat([prefix, text, bytes]);
}

/** One frame of raw bytes. */
function frame(kind, request, body) {
  const header = encode(kind, request, '');
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}

function whole(message, text) {
  return { ...message, text, body: JSON.parse(text) };
}

class Host {
  constructor({
    flags = [],
    environment,
    program = process.execPath,
    slowOutput = false,
    descriptor = 3,
  } = {}) {
    this.child = spawn(program, [...flags, BOOT, String(descriptor)], {
      stdio: ['ignore', 'pipe', 'pipe', ...Array(descriptor - 3).fill('ignore'), 'pipe'],
      env: environment ?? { PATH: process.env.PATH },
    });
    this.socket = this.child.stdio[descriptor];
    this.frames = [];
    this.waiting = [];
    this.request = 0;
    this.decoder = new Decoder((kind, request, body) =>
      this.arrived({ kind, request, text: body.toString() }),
    );
    this.socket.on('data', (bytes) => this.decoder.feed(bytes));
    this.socket.on('close', () => this.arrived(ENDED));
    this.socket.on('error', () => {});
    this.output = { stdout: '', stderr: '' };
    if (!slowOutput) this.collect();
    this.exited = new Promise((resolve) =>
      this.child.on('close', (code, signal) => resolve({ code, signal })),
    );
  }

  collect() {
    for (const name of ['stdout', 'stderr']) {
      this.child[name].setEncoding('utf8');
      this.child[name].on('data', (text) => (this.output[name] += text));
    }
  }

  arrived(message) {
    const waiting = this.waiting.shift();
    if (waiting) waiting(message);
    else this.frames.push(message);
  }

  /** The next frame, its JSON read; `undefined` at the end of the stream. */
  async next() {
    const message =
      this.frames.length > 0
        ? this.frames.shift()
        : await new Promise((resolve) => this.waiting.push(resolve));
    if (message === ENDED) return undefined;
    return {
      kind: message.kind,
      request: message.request,
      body: message.kind === 'piece' ? undefined : message.text && JSON.parse(message.text),
      text: message.text,
    };
  }

  /** The next frame that is no `log`; a result with the pieces before it. */
  async answer() {
    let begun = '';
    for (;;) {
      const message = await this.next();
      if (message?.kind === 'piece') begun += message.text;
      else if (message?.kind === 'result' && begun) return whole(message, begun + message.text);
      else if (message?.kind !== 'log') return message;
    }
  }

  send(kind, body) {
    this.request += 1;
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    this.socket.write(frame(kind, this.request, bytes));
    return this.request;
  }

  ask(kind, body = {}) {
    this.send(kind, body);
    return this.answer();
  }

  async welcome(fields) {
    this.hello = await this.next();
    return this.ask('welcome', { version: 1, role: 'worker', max_payload: 6 << 20, ...fields });
  }

  specialize(directory, entry = 'index.handler', fields) {
    return this.ask('specialize', { function: 'test', path: directory, entry, ...fields });
  }

  /** From start to instance; answers the message that ends specialization. */
  async become(directory, entry, fields) {
    await this.welcome();
    return this.specialize(directory, entry, fields);
  }

  invoke(event, options) {
    return this.ask('invoke', invocation(typeof event === 'string' ? event : JSON.stringify(event), options));
  }

  close() {
    this.socket.destroy();
    return this.exited;
  }
}

module.exports = { BOOT, Host, NUMBERS, encode, frame, invocation };
