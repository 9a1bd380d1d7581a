'use strict';
// Writes images for tests, as `core::preload` does.

const fs = require('fs');
const { crc32 } = require('../../lib/image/archive.cjs');

const HEAD = 32;
const KINDS = { code: 1, table: 2, file: 3, blob: 4, cache: 5 };

/** The bytes of an image with these entries: name to `{ kind, data }`. */
function pack(identity, entries) {
  const names = Object.keys(entries).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const identityBytes = Buffer.from(JSON.stringify(identity));
  const nameBytes = Buffer.from(names.map((name) => `${name}\0`).join(''));
  const records = aligned(HEAD + identityBytes.length + nameBytes.length, 4);
  let end = records + 16 * names.length;
  const places = names.map((name) => {
    const offset = aligned(end, 16);
    end = offset + entries[name].data.length;
    return offset;
  });
  const bytes = Buffer.alloc(end);
  bytes.write('\x89HSIMG\r\n', 0, 'latin1');
  [1, names.length, end, identityBytes.length, nameBytes.length].forEach((value, at) => bytes.writeUInt32LE(value, 8 + 4 * at));
  identityBytes.copy(bytes, HEAD);
  nameBytes.copy(bytes, HEAD + identityBytes.length);
  names.forEach((name, number) => {
    const { kind, data } = entries[name];
    data.copy(bytes, places[number]);
    [places[number], data.length, crc32(data), KINDS[kind]].forEach((value, at) => bytes.writeUInt32LE(value, records + 16 * number + 4 * at));
  });
  bytes.writeUInt32LE(crc32(bytes.subarray(HEAD, records + 16 * names.length), crc32(bytes.subarray(0, 28))), 28);
  return bytes;
}

function aligned(at, to) {
  return Math.ceil(at / to) * to;
}

/** The image of a report of `bake`. */
function assemble(report, file) {
  const entries = Object.fromEntries(report.entries.map(({ name, kind, file: from }) => [name, { kind, data: fs.readFileSync(from) }]));
  fs.writeFileSync(file, pack(report.identity, entries), { mode: 0o600 });
  return file;
}

module.exports = { assemble, pack };
