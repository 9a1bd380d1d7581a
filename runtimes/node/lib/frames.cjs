'use strict';
// The frames of the bootstrap protocol: a header of 16 bytes and a body. Pure: bytes in, values out.

const HEADER_LENGTH = 16;
const MAGIC = 0x5348; // "HS", read as a little-endian number.
const MAX_CONTROL = 1 << 20;
const MAX_LOG = 64 << 10;
const MAX_CONTEXT = 64 << 10;
const INVOKE_PREFIX = 16;
const DEFAULT_MAX_PAYLOAD = 6 << 20;
const CEILING_MAX_PAYLOAD = 256 << 20;
const TWO_TO_32 = 2 ** 32;

const NUMBERS = {
  welcome: 0x01,
  specialize: 0x02,
  invoke: 0x03,
  prewarm: 0x04,
  fork: 0x05,
  before_freeze: 0x06,
  after_thaw: 0x07,
  before_snapshot: 0x08,
  after_restore: 0x09,
  shutdown: 0x0a,
  hello: 0x81,
  ready: 0x82,
  result: 0x83,
  failure: 0x84,
  forked: 0x85,
  refused: 0x86,
  log: 0x87,
  exited: 0x88,
  piece: 0x89,
};
const NAMES = new Map();
for (const name in NUMBERS) NAMES.set(NUMBERS[name], name);

/** What the peer did wrong, with the code that both sides know. */
class ProtocolError extends Error {
  constructor(code, message, request = 0) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
    this.request = request;
  }
}

/** The longest body of a kind, in bytes. */
function maxBody(kind, maxPayload) {
  if (kind === 'invoke') return INVOKE_PREFIX + MAX_CONTEXT + maxPayload;
  if (kind === 'result' || kind === 'piece') return maxPayload;
  return kind === 'log' ? MAX_LOG : MAX_CONTROL;
}

/** A request number: a number where it is exact, a BigInt above. */
function readRequest(bytes, at) {
  const high = bytes.readUInt32LE(at + 4);
  if (high < 0x200000) return high * TWO_TO_32 + bytes.readUInt32LE(at);
  return bytes.readBigUInt64LE(at);
}

function writeRequest(bytes, request, at) {
  if (typeof request === 'bigint') {
    bytes.writeBigUInt64LE(request, at);
  } else {
    bytes.writeUInt32LE(request % TWO_TO_32, at);
    bytes.writeUInt32LE(Math.floor(request / TWO_TO_32), at + 4);
  }
}

/** Reads the header at `at`, checking in the order of the reference page. */
function readHeader(bytes, at, maxPayload) {
  if (bytes.readUInt16LE(at) !== MAGIC) {
    throw new ProtocolError('protocol.bad_magic', `it begins with 0x${bytes.toString('hex', at, at + 2)}`);
  }
  const request = readRequest(bytes, at + 8);
  const kind = NAMES.get(bytes[at + 2]);
  if (kind === undefined) {
    throw new ProtocolError('protocol.unknown_kind', `no kind has number ${bytes[at + 2]}`, request);
  }
  if (bytes[at + 3] !== 0) {
    throw new ProtocolError('protocol.bad_flags', `flags are ${bytes[at + 3]}`, request);
  }
  const length = bytes.readUInt32LE(at + 4);
  const most = maxBody(kind, maxPayload);
  if (length > most) {
    const message = `a ${kind} of ${length} bytes is over the limit of ${most}`;
    throw new ProtocolError('protocol.frame_too_large', message, request);
  }
  return { kind, length, request };
}

/** One whole frame; `body` is text. */
function encode(kind, request, body) {
  const length = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(HEADER_LENGTH + length);
  frame.writeUInt16LE(MAGIC, 0);
  frame[2] = NUMBERS[kind];
  frame[3] = 0;
  frame.writeUInt32LE(length, 4);
  writeRequest(frame, request, 8);
  if (typeof body === 'string') frame.write(body, HEADER_LENGTH);
  else frame.set(body, HEADER_LENGTH);
  return frame;
}

/**
 * Cuts a stream into frames, whatever pieces it arrives in.
 *
 * `visit(kind, request, body)` is called for each frame; `body` is only valid during the call, since the
 * reader uses its buffer again. A body that comes in pieces is stored once, in a buffer of its own size.
 */
class Decoder {
  constructor(visit, maxPayload = DEFAULT_MAX_PAYLOAD) {
    this.visit = visit;
    this.limit(maxPayload);
    this.head = null;
    this.body = null;
    this.filled = 0;
  }

  /** Applies another payload limit from the next frame on. */
  limit(maxPayload) {
    this.maxPayload = Math.min(maxPayload, CEILING_MAX_PAYLOAD);
  }

  /** Takes the next bytes of the stream; throws a ProtocolError, after which the decoder is of no use. */
  feed(bytes) {
    let at = 0;
    while (at < bytes.length) {
      at = this.body === null ? this.takeHeader(bytes, at) : this.takeBody(bytes, at);
    }
  }

  /** Whether the stream may end here. */
  isAtBoundary() {
    return this.filled === 0 && this.body === null;
  }

  takeHeader(bytes, at) {
    if (this.filled === 0 && bytes.length - at >= HEADER_LENGTH) {
      return this.begin(readHeader(bytes, at, this.maxPayload), bytes, at + HEADER_LENGTH);
    }
    if (this.head === null) this.head = Buffer.alloc(HEADER_LENGTH);
    const count = bytes.copy(this.head, this.filled, at);
    this.filled += count;
    if (this.filled < HEADER_LENGTH) return at + count;
    this.filled = 0;
    return this.begin(readHeader(this.head, 0, this.maxPayload), bytes, at + count);
  }

  begin(header, bytes, at) {
    const end = at + header.length;
    if (end <= bytes.length) {
      this.visit(header.kind, header.request, bytes.subarray(at, end));
      return end;
    }
    this.header = header;
    this.body = Buffer.allocUnsafeSlow(header.length);
    return at;
  }

  takeBody(bytes, at) {
    const count = bytes.copy(this.body, this.filled, at);
    this.filled += count;
    if (this.filled === this.body.length) {
      const body = this.body;
      this.body = null;
      this.filled = 0;
      this.visit(this.header.kind, this.header.request, body);
    }
    return at + count;
  }
}

module.exports = {
  CEILING_MAX_PAYLOAD,
  Decoder,
  HEADER_LENGTH,
  INVOKE_PREFIX,
  MAX_CONTEXT,
  NUMBERS,
  ProtocolError,
  encode,
};
