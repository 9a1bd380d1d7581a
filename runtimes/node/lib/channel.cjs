'use strict';
// The connection to the host: an inherited socket, one write per frame. `net` takes as long to load as the rest of the
// launcher: until somebody has to be served beside the host, messages are read and written without it.

const fs = require('fs');
const { Decoder, ProtocolError } = require('./frames.cjs');

const READ_SIZE = 64 << 10;
// libuv marks inherited descriptors close-on-exec when Node starts, but stops at the first gap above this
// number; JavaScript has no call that could mark a higher one.
const HIGHEST_MARKED = 16;

const HOST_IS_GONE = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN']);

// Taken before user code runs, which may replace them.
const { exit } = process;
const { closeSync, readSync, writeSync } = fs;
const soon = setImmediate;

class Channel {
  /** `listener` has `receive(kind, request, body)` and `broken(error)`. */
  constructor(descriptor, listener) {
    this.descriptor = descriptor;
    this.listener = listener;
    this.decoder = new Decoder((kind, request, body) => listener.receive(kind, request, body));
    this.socket = null;
    this.ending = false;
  }

  /** Whether programs that the function starts inherit the connection. */
  leaks() {
    return this.descriptor > HIGHEST_MARKED;
  }

  /** Handles messages as they come, and waits for them, while `goesOn()` and nobody listens. */
  takeWhile(goesOn) {
    while (!this.socket && !this.ending && goesOn()) this.take();
  }

  take() {
    this.buffer ??= Buffer.allocUnsafeSlow(READ_SIZE);
    const count = this.attempt(() => readSync(this.descriptor, this.buffer));
    if (count === 0) this.leave(0);
    else if (count > 0) this.read(count, this.buffer);
  }

  /** Does something that may wait for the host; below 0 where it is gone, or does not let us wait. */
  attempt(work) {
    try {
      return work();
    } catch (error) {
      if (error.code === 'EAGAIN') this.listen();
      else if (HOST_IS_GONE.has(error.code)) this.leave(0);
      else throw error;
      return -1;
    }
  }

  /** Listens when the loop turns, which goes on until then. */
  listenSoon() {
    soon(() => this.listen());
  }

  /** Reads whatever comes, from now on, as it comes. */
  listen() {
    if (this.socket || this.ending) return;
    const { Socket } = require('net');
    this.socket = new Socket({
      fd: this.descriptor,
      readable: true,
      writable: true,
      allowHalfOpen: true,
      // One buffer for all reads: what arrives is parsed, or copied, before the next.
      onread: {
        buffer: (this.buffer ??= Buffer.allocUnsafeSlow(READ_SIZE)),
        callback: (count, buffer) => this.read(count, buffer),
      },
    });
    // The host is gone, whichever way it went.
    this.socket.on('end', () => this.leave(0));
    this.socket.on('error', () => this.leave(0));
  }

  /** Closes the connection once everything written has left it; nothing is sent until there is another. */
  async letGo() {
    const { socket } = this;
    this.socket = null;
    if (!socket) {
      closeSync(this.descriptor);
      return;
    }
    await new Promise((written) => socket.write('', written));
    socket.removeAllListeners();
    await new Promise((closed) => socket.once('close', closed).destroy());
  }

  read(count, buffer) {
    if (this.ending) return false;
    try {
      this.decoder.feed(buffer.subarray(0, count));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.listener.broken(error);
    }
    return true;
  }

  /** Writes a frame; `written`, where it is given, is called once there is room for more. */
  write(frame, written) {
    if (this.ending) return;
    if (this.socket) {
      this.socket.write(frame, written);
      return;
    }
    this.writeNow(frame);
    if (written) soon(written);
  }

  writeNow(frame) {
    const count = this.attempt(() => writeSync(this.descriptor, frame));
    if (count < frame.length) this.write(frame.subarray(Math.max(count, 0)));
  }

  /** Ends the process once everything written has left it. */
  finish(code) {
    if (this.ending) return;
    this.ending = true;
    if (!this.socket?.writableLength) this.leaveNow(code);
    else this.socket.write('', () => this.leaveNow(code));
  }

  leave(code) {
    if (!this.ending) this.leaveNow(code);
  }

  leaveNow(code) {
    this.ending = true;
    exit.call(process, code);
  }
}

module.exports = { Channel };
