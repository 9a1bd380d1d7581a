'use strict';
// Writes cold archives as the slimmer does, from their description in `core/src/slim/cold/mod.rs`.

const crypto = require('crypto');
const zlib = require('zlib');

const HEADER = 64;
const BLOCK = 16;
const ENTRY = 32;

/** CRC-32, bit by bit: tests run on versions of Node without it. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function words(...numbers) {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, at) => bytes.writeUInt32LE(number, at * 4));
  return bytes;
}

/** Files, by name, in blocks of about `blockSize` bytes. */
function gather(files, blockSize) {
  const blocks = [[]];
  const entries = [];
  let [names, filled] = [0, 0];
  const sorted = Object.entries(files).map(([name, content]) => [Buffer.from(name), Buffer.from(content)]);
  for (const [name, content] of sorted.sort(([one], [other]) => Buffer.compare(one, other))) {
    if (filled && filled + content.length > blockSize) {
      blocks.push([]);
      filled = 0;
    }
    const fields = [names, name.length, blocks.length - 1, filled, content.length, 0o644, crc32(content), 0];
    entries.push({ name, line: words(...fields) });
    blocks.at(-1).push(content);
    names += name.length;
    filled += content.length;
  }
  return { blocks: blocks.map((parts) => Buffer.concat(parts)), entries };
}

/** The bytes of a cold archive of these files, by name: zlib, or zstd. */
function pack(files, { codec = 1, blockSize = 200 } = {}) {
  const compress = { 1: zlib.deflateSync, 3: zlib.zstdCompressSync }[codec];
  const { blocks, entries } = gather(files, blockSize);
  const packed = blocks.map((block) => compress(block));
  const names = Buffer.concat(entries.map((entry) => entry.name));
  let offset = HEADER + blocks.length * BLOCK + entries.length * ENTRY + names.length;
  const table = packed.map((data, number) => {
    const line = words(offset, 0, data.length, blocks[number].length);
    offset += data.length;
    return line;
  });
  const index = Buffer.concat([...table, ...entries.map((entry) => entry.line), names]);
  const counts = words(1 | (codec << 16), blocks.length, entries.length, names.length, offset, 0);
  const digest = crypto.createHash('sha256').update(index).digest();
  return Buffer.concat([Buffer.from('HSCOLD\r\n'), counts, digest, index, ...packed]);
}

module.exports = { pack };
