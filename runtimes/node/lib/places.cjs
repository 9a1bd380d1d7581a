'use strict';
// Which line of user code opened a socket or started a thread, to be told before a snapshot. Only a process that is to
// become one listens, until it is dumped: `async_hooks` tell of every handle when it is made, channels of diagnostics
// of what is made later than it is asked for.

const { createHook } = require('async_hooks');
const { subscribe, unsubscribe } = require('diagnostics_channel');
const { fileURLToPath } = require('url');
const path = require('path');

// Of each kind; what is made beyond that has no place.
const MOST = 1000;
// Of what a host is told.
const MOST_TOLD = 200;
const MOST_TEXT = 1024;
const MOST_FRAMES = 50;

const HANDLES = new Set(['TCPWRAP', 'TCPSERVERWRAP', 'UDPWRAP', 'PIPEWRAP', 'PIPESERVERWRAP']);
// A server makes its handle once it knows its address.
const LISTENS = 'tracing:net.server.listen:asyncStart';
const THREADS = 'worker_threads';

/** What was made since `open`, for as long as it is there. */
class Places {
  constructor() {
    this.notes = { handles: [], servers: [], threads: [] };
    this.base = `${process.cwd()}/`;
    this.hook = createHook({
      init: (_id, type, _trigger, handle) => HANDLES.has(type) && this.note('handles', handle),
      // Promises are nobody's handles.
      trackPromises: false,
    });
    this.listens = ({ server }) => this.note('servers', server);
    this.starts = ({ worker }) => this.note('threads', worker);
  }

  open() {
    this.hook.enable();
    subscribe(LISTENS, this.listens);
    subscribe(THREADS, this.starts);
    return this;
  }

  close() {
    this.hook.disable();
    unsubscribe(LISTENS, this.listens);
    unsubscribe(THREADS, this.starts);
  }

  /** What `ready` says of descriptors; `log(sentence)` tells of threads. */
  tell(log) {
    for (const [{ threadId }, place] of alive(this.notes.threads).slice(0, MOST_TOLD)) {
      if (threadId > 0) log(`the thread ${threadId}, started at ${place}, goes into the snapshot`);
    }
    const servers = alive(this.notes.servers).map(([server, place]) => [server._handle, place]);
    const places = new Map();
    for (const [handle, place] of [...alive(this.notes.handles), ...servers]) {
      // Standard streams get their handles when they are first used.
      if (handle?.fd > 2) places.set(handle.fd, place);
    }
    return Array.from(places, ([descriptor, place]) => ({ descriptor, place })).slice(0, MOST_TOLD);
  }

  note(kind, made) {
    try {
      let notes = this.notes[kind];
      if (notes.length >= MOST) notes = this.notes[kind] = notes.filter(([reference]) => reference.deref());
      const place = notes.length < MOST ? this.place() : null;
      if (place !== null) notes.push([new WeakRef(made), place]);
    } catch {
      // Whoever is being listened to must not hear of it; what was made has no place then.
    }
  }

  /** The file and line of the innermost frame that is neither Node's nor the launcher's, where there is one. */
  place() {
    for (const frame of stack()) {
      const name = frame.getFileName();
      if (!name || isInner(name)) continue;
      const file = name.startsWith('file:') ? fileURLToPath(name) : name;
      const short = file.startsWith(this.base) ? file.slice(this.base.length) : file;
      return `${short.slice(-MOST_TEXT)}:${frame.getLineNumber()}`;
    }
    return null;
  }
}

function isInner(name) {
  return name.startsWith('node:') || path.dirname(name) === __dirname;
}

function alive(notes) {
  return notes.map(([reference, place]) => [reference.deref(), place]).filter(([made]) => made);
}

/** The frames of the caller, without asking what user code has put in place of the formatter. */
function stack() {
  const { stackTraceLimit } = Error;
  const formatter = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder = {};
  try {
    Error.stackTraceLimit = MOST_FRAMES;
    Object.defineProperty(Error, 'prepareStackTrace', { value: (_error, frames) => frames, configurable: true });
    Error.captureStackTrace(holder, stack);
    return Array.isArray(holder.stack) ? holder.stack : [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (formatter) Object.defineProperty(Error, 'prepareStackTrace', formatter);
    else delete Error.prepareStackTrace;
  }
}

module.exports = { Places };
