'use strict';
// The codec, against testdata/vectors/frames and against streams cut into pieces.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Decoder, NUMBERS, encode } = require('../lib/frames.cjs');
const { decodeControl, decodeInvocation } = require('../lib/messages.cjs');

const VECTORS = path.join(__dirname, '../../../testdata/vectors/frames');

function understand(kind, request, body) {
  if (kind === 'result' || kind === 'piece') return { kind, request, payload: body.toString() };
  if (kind !== 'invoke') return { kind, request, body: decodeControl(kind, request, body) };
  const { budgetUs, context, payload } = decodeInvocation(request, body);
  const parsed = context.length > 0 ? JSON.parse(context.toString()) : null;
  return { kind, request, budget_us: budgetUs, context: parsed, payload: payload.toString() };
}

function decode(bytes) {
  const frames = [];
  const decoder = new Decoder((...frame) => frames.push(understand(...frame)));
  try {
    decoder.feed(bytes);
  } catch (error) {
    return { error: error.code };
  }
  return decoder.isAtBoundary() ? frames[0] : { error: 'protocol.truncated' };
}

/** Numbers above 2^53 lose their last digits in expected.json, so that they do in what is compared as well. */
function rounded(value) {
  return JSON.parse(JSON.stringify(value, (_, field) => (typeof field === 'bigint' ? Number(field) : field)));
}

/** Fields that are null count as absent. */
function withoutNulls({ body, ...frame }) {
  if (body === undefined) return frame;
  return { ...frame, body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) };
}

for (const name of fs.readdirSync(VECTORS)) {
  test(`frame ${name}`, () => {
    const hex = fs.readFileSync(path.join(VECTORS, name, 'frame.hex'), 'utf8').replace(/\s/g, '');
    const expected = JSON.parse(fs.readFileSync(path.join(VECTORS, name, 'expected.json'), 'utf8'));
    assert.deepEqual(rounded(decode(Buffer.from(hex, 'hex'))), withoutNulls(expected));
  });
}

test('any cutting of a stream gives the same frames', () => {
  const bodies = ['null', '', '"é"', JSON.stringify('x'.repeat(500))];
  const stream = Buffer.concat(bodies.map((body, at) => encode('result', at, body)));
  const expected = bodies.map((body, request) => ({ kind: 'result', request, body }));
  for (let piece = 1; piece <= stream.length; piece += 1) {
    const frames = [];
    const decoder = new Decoder((kind, request, body) =>
      frames.push({ kind, request, body: body.toString() }),
    );
    // One buffer for all pieces, as the channel reads.
    const buffer = Buffer.alloc(piece);
    for (let at = 0; at < stream.length; at += piece) {
      const count = stream.copy(buffer, 0, at, at + piece);
      decoder.feed(buffer.subarray(0, count));
    }
    assert.ok(decoder.isAtBoundary());
    assert.deepEqual(frames, expected, `pieces of ${piece}`);
  }
});

test('a large body in small pieces is not copied again and again', () => {
  const stream = encode('result', 1, 'x'.repeat(6 << 20));
  let length = 0;
  const decoder = new Decoder((kind, request, body) => (length = body.length));
  const began = process.hrtime.bigint();
  for (let at = 0; at < stream.length; at += 1000) decoder.feed(stream.subarray(at, at + 1000));
  assert.equal(length, 6 << 20);
  assert.ok(process.hrtime.bigint() - began < 1_000_000_000n);
});

test('a length over the limit is refused before the body comes', () => {
  const decoder = new Decoder(() => assert.fail('no frame'), 10);
  assert.throws(() => decoder.feed(encode('result', 1, 'x'.repeat(11)).subarray(0, 16)), {
    code: 'protocol.frame_too_large',
  });
});

test('the highest request numbers come back whole', () => {
  for (const request of [0, 1, 2 ** 32, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n]) {
    const seen = [];
    new Decoder((kind, number) => seen.push(number)).feed(encode('result', request, ''));
    assert.deepEqual(seen, [request]);
  }
});

test('garbage gives an error and nothing else', () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) >> 16;
  for (let round = 0; round < 2000; round += 1) {
    const bytes = Buffer.from(Array.from({ length: random() % 60 }, random));
    bytes.set([0x48, 0x53].slice(0, random() % 3).slice(0, bytes.length));
    if (bytes.length > 3 && random() % 2) bytes[2] = Object.values(NUMBERS)[random() % 18];
    if (bytes.length > 7 && random() % 2) bytes.fill(0, 3, 8);
    const decoded = decode(bytes);
    assert.ok(decoded === undefined || decoded.kind || decoded.error.startsWith('protocol.'));
  }
});
