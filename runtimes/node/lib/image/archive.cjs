'use strict';
// Reads an init image: `docs/reference/image.md` gives the format byte by byte. The whole file is read at once, since
// a start needs most of it.

const fs = require('fs');

const MAGIC = '\x89HSIMG\r\n';
const VERSION = 1;
const HEAD = 32;
const RECORD = 16;
// As much as a buffer holds on every machine.
const LARGEST = 2 ** 31 - 1;
// Of the permissions: group and others may write.
const OTHERS_WRITE = 0o022;

/** Why a file cannot be used as an image; lowercase. */
class ImageError extends Error {}

class Archive {
  /** A `stamp` that fits says that somebody has checked all of it. */
  constructor(file, root, stamp) {
    const flags = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK;
    const descriptor = fs.openSync(file, flags);
    try {
      const status = fs.fstatSync(descriptor, { bigint: true });
      if (!status.isFile()) throw new ImageError('it is no regular file');
      refuseOthers(status, root);
      this.isChecked = stamp !== undefined && stampOf(status) === stamp;
      this.bytes = readWhole(descriptor, Number(status.size));
    } finally {
      fs.closeSync(descriptor);
    }
    // Not later, when it would be seen by who hooks into loading.
    if (!this.isChecked) loadBuiltin();
    this.readHead();
  }

  readHead() {
    const { bytes } = this;
    if (bytes.length < HEAD || bytes.latin1Slice(0, 8) !== MAGIC) throw new ImageError('it is no image');
    const field = (at) => bytes.readUInt32LE(at);
    if (field(8) !== VERSION) throw new ImageError(`it is of version ${field(8)}, this reads version ${VERSION}`);
    const [count, names] = [field(12), HEAD + field(20)];
    const end = names + field(24);
    this.records = end + (-end & 3);
    const data = this.records + count * RECORD;
    if (field(16) !== bytes.length || data > bytes.length) throw new ImageError('it is cut off');
    if (!this.isChecked && crc32(bytes.subarray(HEAD, data), crc32(bytes.subarray(0, 28))) !== field(28)) {
      throw new ImageError('its head does not match its checksum');
    }
    this.identity = JSON.parse(bytes.utf8Slice(HEAD, names));
    this.names = bytes.utf8Slice(names, end).split('\0');
    if (this.names.pop() !== '' || this.names.length !== count) throw new ImageError('its names are damaged');
  }

  /** The number of an entry; below 0 where there is none. */
  number(name) {
    return this.names.indexOf(name);
  }

  /** The bytes of an entry. */
  data(number) {
    const record = this.records + RECORD * number;
    const [offset, length] = [this.bytes.readUInt32LE(record), this.bytes.readUInt32LE(record + 4)];
    if (offset + length > this.bytes.length) throw new ImageError('an entry lies outside of it');
    const data = this.bytes.subarray(offset, offset + length);
    if (!this.isChecked && crc32(data) !== this.bytes.readUInt32LE(record + 8)) {
      throw new ImageError(`${this.names[number]} does not match its checksum`);
    }
    return data;
  }
}

/** What tells this content of this file from others. */
function stampOf({ dev, ino, size, mtimeNs, ctimeNs }) {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** Code is taken from nobody but the user, root, and whoever owns the package, whose code runs anyway. */
function refuseOthers(status, root) {
  if (Number(status.mode) & OTHERS_WRITE) throw new ImageError('others may write to it');
  const owner = Number(status.uid);
  if (owner !== process.geteuid?.() && owner !== 0 && owner !== fs.statSync(root).uid) {
    throw new ImageError('it belongs to another user');
  }
}

function readWhole(descriptor, size) {
  if (size > LARGEST) throw new ImageError('it is too large');
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size;) {
    const count = fs.readSync(descriptor, bytes, at, size - at, at);
    if (count === 0) throw new ImageError('it is cut off');
    at += count;
  }
  return bytes;
}

let builtin;
let table;

/** `zlib` takes long to load, and nobody needs it for an image that has been checked. */
function loadBuiltin() {
  builtin = require('zlib').crc32 ?? null;
}

/** CRC-32; Node has its own from 20.15 on. */
function crc32(bytes, before = 0) {
  if (builtin === undefined) loadBuiltin();
  if (builtin) return builtin(bytes, before);
  table ??= Uint32Array.from({ length: 256 }, (_, number) => {
    let value = number;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = ~before >>> 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

module.exports = { Archive, ImageError, crc32, refuseOthers };
