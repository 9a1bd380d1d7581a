'use strict';
// Reads a cold archive; `core/src/slim/cold/mod.rs` describes its form.

const crypto = require('crypto');
const zlib = require('zlib');
const { closeSync, fstatSync, openSync, readSync } = require('./originals.cjs');

const HEADER = 64;
const BLOCK = 16;
const ENTRY = 32;
const MAGIC = 'HSCOLD\r\n';
const VERSION = 1;
// How many unpacked blocks are kept: files that are needed together lie together.
const KEPT_BLOCKS = 8;

/** The archive is not what it should be. */
class Damaged extends Error {}

/** The archive's index in memory; its blocks stay on disk. */
class Archive {
  constructor(file) {
    this.descriptor = openSync(file, 'r');
    try {
      this.readIndex();
    } catch (error) {
      closeSync(this.descriptor);
      throw error;
    }
    this.unpacked = new Map();
  }

  readIndex() {
    const header = this.read(0, HEADER);
    const size = fstatSync(this.descriptor).size;
    if (header.toString('latin1', 0, 8) !== MAGIC || header.readUInt16LE(8) !== VERSION)
      throw new Damaged('it is none, or of another version');
    this.codec = header.readUInt16LE(10);
    this.blocks = header.readUInt32LE(12);
    this.count = header.readUInt32LE(16);
    this.entries = this.blocks * BLOCK;
    this.names = this.entries + this.count * ENTRY;
    const whole = this.names + header.readUInt32LE(20);
    if (header.readBigUInt64LE(24) !== BigInt(size) || HEADER + whole > size)
      throw new Damaged('it has another size than it should');
    this.index = this.read(HEADER, whole);
    this.digest = header.subarray(32);
    if (!crypto.createHash('sha256').update(this.index).digest().equals(this.digest))
      throw new Damaged('its index does not match its checksum');
  }

  read(position, length) {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.descriptor, bytes, done, length - done, position + done);
      if (count === 0) throw new Damaged('it is too short');
      done += count;
    }
    return bytes;
  }

  field(entry, number) {
    return this.index.readUInt32LE(this.entries + entry * ENTRY + number * 4);
  }

  nameBytes(entry) {
    const start = this.names + this.field(entry, 0);
    return this.index.subarray(start, start + this.field(entry, 1));
  }

  name(entry) {
    return this.nameBytes(entry).toString();
  }

  /** The number of the first entry whose name is not before `name`. */
  firstFrom(name) {
    const bytes = Buffer.from(name);
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.nameBytes(middle), bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of the entry with this name, or -1. */
  find(name) {
    const entry = this.firstFrom(name);
    return entry < this.count && this.name(entry) === name ? entry : -1;
  }

  hasDirectory(name) {
    const entry = this.firstFrom(`${name}/`);
    return entry < this.count && this.name(entry).startsWith(`${name}/`);
  }

  /** The numbers of all entries below a directory. */
  *below(directory) {
    const prefix = directory ? `${directory}/` : '';
    for (let entry = this.firstFrom(prefix); entry < this.count && this.name(entry).startsWith(prefix); entry += 1)
      yield entry;
  }

  /** The names in a directory, and whether each is a directory itself. */
  children(directory) {
    const prefix = directory ? `${directory}/` : '';
    const found = new Map();
    for (let entry = this.firstFrom(prefix); entry < this.count; ) {
      const name = this.name(entry);
      if (!name.startsWith(prefix)) break;
      const slash = name.indexOf('/', prefix.length);
      const child = slash < 0 ? name.slice(prefix.length) : name.slice(prefix.length, slash);
      found.set(child, slash >= 0);
      // Past everything below a directory: `0` comes after `/`.
      entry = slash < 0 ? entry + 1 : this.firstFrom(`${prefix}${child}0`);
    }
    return found;
  }

  /** The paths below a directory, at any depth, and whether each is a directory itself. */
  descendants(directory) {
    const found = new Map();
    for (const entry of this.below(directory)) {
      const name = this.name(entry).slice(directory && directory.length + 1);
      for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) found.set(name.slice(0, slash), true);
      found.set(name, false);
    }
    return found;
  }

  mode(entry) {
    return this.field(entry, 5) & 0o777;
  }

  size(entry) {
    return this.field(entry, 4);
  }

  content(entry) {
    const start = this.field(entry, 3);
    const content = this.block(this.field(entry, 2)).subarray(start, start + this.size(entry));
    if (content.length !== this.size(entry) || crc32(content) !== this.field(entry, 6))
      throw new Damaged('a file does not match its checksum');
    return content;
  }

  block(number) {
    let content = this.unpacked.get(number);
    this.unpacked.delete(number);
    if (!content) {
      const at = number * BLOCK;
      const packed = this.read(Number(this.index.readBigUInt64LE(at)), this.index.readUInt32LE(at + 8));
      content = expand(this.codec, packed, this.index.readUInt32LE(at + 12));
    }
    this.unpacked.set(number, content);
    if (this.unpacked.size > KEPT_BLOCKS) this.unpacked.delete(this.unpacked.keys().next().value);
    return content;
  }
}

function expand(codec, packed, size) {
  const unpack = { 1: zlib.inflateSync, 3: zlib.zstdDecompressSync }[codec];
  if (!unpack) throw new Damaged('this Node cannot unpack it');
  let content;
  try {
    content = unpack(packed, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw new Damaged(`a block is damaged: ${error.message}`);
  }
  if (content.length !== size) throw new Damaged('a block has another size than it should');
  return content;
}

let table;

/** CRC-32; Node has its own from 20.15 on. */
function crc32(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  table ??= Uint32Array.from({ length: 256 }, (_, number) => {
    let value = number;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

module.exports = { Archive, Damaged };
