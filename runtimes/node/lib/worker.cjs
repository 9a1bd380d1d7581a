'use strict';
// One worker, from `hello` to its end. What the way to `hello` does not need is loaded behind it, while the
// host answers. As long as there is no code but the launcher's, it does nothing but wait for the host.

const { Channel } = require('./channel.cjs');
const { encode } = require('./frames.cjs');

const LAUNCHER_VERSION = '0.1.0';
const PROTOCOL_VERSION = 1;
const EXIT_FAILED = 1;
const EXIT_PROTOCOL = 70;

// Taken before user code runs, which may replace them, the clock by a fake one.
const { hrtime: now, nextTick } = process;

/** Starts the worker on an inherited socket; `entered` is `process.hrtime()` at the first line. */
function start(descriptor, entered) {
  new Worker(descriptor).greet(entered);
}

/** Whole microseconds since `began`, a `process.hrtime()`. */
function microsecondsSince(began) {
  const [seconds, nanoseconds] = now(began);
  return seconds * 1e6 + Math.floor(nanoseconds / 1e3);
}

class Worker {
  constructor(descriptor) {
    this.channel = new Channel(descriptor, this);
    this.timings = {};
    this.instance = null;
    // Where user code opened what it has open; of what is to be a snapshot only.
    this.places = null;
    // Whether there is nothing to do before the host speaks.
    this.isWaiting = true;
  }

  greet(entered) {
    const hello = {
      versions: [PROTOCOL_VERSION],
      runtime: 'nodejs',
      runtime_version: process.versions.node,
      launcher: LAUNCHER_VERSION,
      pid: process.pid,
      entered_ns: entered[0] * 1e9 + entered[1],
    };
    this.channel.write(encode('hello', 0, JSON.stringify(hello)));
    this.timings.launcher = microsecondsSince(entered);
    this.prepare();
    this.channel.takeWhile(() => this.isWaiting);
  }

  prepare() {
    // The function sees no trace of the launcher's argument.
    process.argv.length = 2;
    require('./output.cjs').blockWhenFull();
    const { Session } = require('./session.cjs');
    this.session = new Session();
    this.session.advance('hello', 0);
    this.messages = require('./messages.cjs');
  }

  /** Takes a frame from the channel; throws a ProtocolError. */
  receive(kind, request, body) {
    this.isWaiting = false;
    const message = this.decode(kind, request, body);
    this.session.advance(kind, request);
    this[kind](request, message, kind);
  }

  decode(kind, request, body) {
    if (kind === 'invoke') return this.messages.decodeInvocation(request, body);
    return kind === 'result' || kind === 'piece' ? null : this.messages.decodeControl(kind, request, body);
  }

  /** Tells the host what it did wrong, and ends. */
  broken(error) {
    const failure = { code: error.code, message: error.message };
    this.channel.write(encode('failure', error.request, JSON.stringify(failure)));
    this.channel.finish(EXIT_PROTOCOL);
  }

  send(kind, request, text) {
    this.session.advance(kind, request);
    this.channel.write(encode(kind, request, text));
  }

  /** A part of a result that is written as it comes; `written` follows when there is room for more. */
  piece(request, bytes, written) {
    this.session.advance('piece', request);
    this.channel.write(encode('piece', request, bytes), written);
  }

  fail(request, failure) {
    this.send('failure', request, JSON.stringify(failure));
  }

  failAndEnd(request, failure, code = EXIT_FAILED) {
    this.fail(request, failure);
    this.channel.finish(code);
  }

  ready(request, state, phase, more) {
    const timings = { launcher: this.timings.launcher, ...phase };
    this.send('ready', request, JSON.stringify({ state, timings_us: timings, ...more }));
  }

  welcome(request, { version, role, max_payload: maxPayload, preload, places }) {
    this.channel.decoder.limit(maxPayload);
    this.maxPayload = this.channel.decoder.maxPayload;
    if (places) this.places = new (require('./places.cjs').Places)().open();
    if (version !== PROTOCOL_VERSION) {
      const message = `this launcher speaks protocol version ${PROTOCOL_VERSION}, not ${version}`;
      this.failAndEnd(request, { code: 'protocol.version_unsupported', message }, EXIT_PROTOCOL);
    } else if (role === 'zygote') {
      const message = 'Node cannot fork, so that it has no zygotes';
      this.failAndEnd(request, { code: 'zygote.not_supported', message });
    } else if (preload && preload.modules.length > 0) {
      this.channel.listen();
      this.preload(request, preload);
    } else {
      this.stem(request);
      this.isWaiting = true;
    }
  }

  async preload(request, { modules, path }) {
    const began = now();
    const failed = await require('./preload.cjs').preload(modules, path);
    this.stem(request, { preload: microsecondsSince(began) }, failed);
  }

  stem(request, phase, failed = []) {
    const warnings = [];
    if (this.channel.leaks()) {
      warnings.push('the socket has a number above 16, so that programs that the function starts inherit it');
    }
    this.ready(request, 'stem', phase, { preload_failed: failed, warnings });
    // Loaded while the host sends the next message.
    this.specialization = require('./specialize.cjs');
    this.invocation = require('./invoke.cjs');
  }

  async specialize(request, order) {
    const began = now();
    // The function may have others to serve by then.
    this.channel.listenSoon();
    const tell = (message) => this.send('log', 0, JSON.stringify({ level: 'warning', message }));
    const { instance, failure, more } = await this.specialization.specialize(order, tell);
    if (failure) {
      this.failAndEnd(request, failure);
      return;
    }
    this.instance = instance;
    this.ready(request, 'instance', { import: microsecondsSince(began) }, more);
    this.isWaiting = order.invoke_follows === true;
    // As a tick, for the handler's own to come before its promises, as in any callback of the loop.
    nextTick(() => this.channel.takeWhile(() => this.isWaiting));
  }

  invoke(request, invocation) {
    this.invocation.invoke(this.instance, request, invocation, this);
  }

  /** An invocation's end: the handler's value, or a failure. */
  settle(request, value) {
    const { text, failure } = this.invocation.encodeResult(value, this.maxPayload);
    if (failure) this.fail(request, failure);
    else this.send('result', request, text);
  }

  async hook(request, message, kind) {
    const began = now();
    const failed = await this.runHooks(kind, message);
    const opened = message.park && this.places ? this.tellPlaces() : undefined;
    this.ready(request, 'instance', { hooks: microsecondsSince(began) }, { hooks_failed: failed, opened });
    if (message.park) await this.park(message.park);
  }

  /** What user code has open, and where it opened that, as the last thing that is heard of it. */
  tellPlaces() {
    this.places.close();
    return this.places.tell((message) => this.send('log', 0, JSON.stringify({ level: 'info', message })));
  }

  async park(files) {
    const { park } = require('./parking.cjs');
    const { afterRestore } = require('./randomness.cjs');
    await park(this.channel, files);
    afterRestore();
    // What comes first is there already.
    this.channel.take();
    this.channel.listen();
  }

  runHooks(kind, message) {
    const announce = (text, level, hook) =>
      this.send('log', 0, JSON.stringify({ level, message: text, hook }));
    return require('./hooks.cjs').run(kind, message, announce);
  }

  async shutdown(request, message) {
    const failed = await this.runHooks('shutdown', message);
    for (const { hook, message: text } of failed) {
      this.send(
        'log',
        0,
        JSON.stringify({ level: 'error', message: `shutdown hook ${hook} failed: ${text}` }),
      );
    }
    this.channel.finish(0);
  }
}

for (const kind of ['prewarm', 'before_freeze', 'after_thaw', 'before_snapshot', 'after_restore']) {
  Worker.prototype[kind] = Worker.prototype.hook;
}

module.exports = { start };
