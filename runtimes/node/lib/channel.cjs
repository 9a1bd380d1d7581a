'use strict';
// The connection to the host: an inherited socket, one write per frame.

const fs = require('fs');
const { Decoder, ProtocolError } = require('./frames.cjs');

const READ_SIZE = 64 << 10;
// libuv marks inherited descriptors close-on-exec when Node starts, but stops at the first gap above this
// number; JavaScript has no call that could mark a higher one.
const HIGHEST_MARKED = 16;

// Taken before user code runs, which may replace it.
const exit = process.exit;

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

  /** Writes the first frame without waiting for `net`, so that the host answers while that loads. */
  greet(frame) {
    for (let at = 0; at < frame.length;) at += fs.writeSync(this.descriptor, frame, at);
  }

  /** Starts to read. */
  listen() {
    const { Socket } = require('net');
    this.socket = new Socket({
      fd: this.descriptor,
      readable: true,
      writable: true,
      allowHalfOpen: true,
      // One buffer for all reads: what arrives is parsed, or copied, before the next.
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_SIZE),
        callback: (count, buffer) => this.read(count, buffer),
      },
    });
    // The host is gone, whichever way it went.
    this.socket.on('end', () => this.leave(0));
    this.socket.on('error', () => this.leave(0));
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

  write(frame) {
    if (!this.ending) this.socket.write(frame);
  }

  /** Ends the process once everything written has left it. */
  finish(code) {
    if (this.ending) return;
    this.ending = true;
    if (this.socket.writableLength === 0) this.leaveNow(code);
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
