'use strict';
// How values are written for other processes: `{name, encode, decode}`, a value to bytes and back; `keepsNothing`: no value
// has a part of the bytes. What would come back as something else is refused, and kept in this process alone.

const { hasBytesAlone, hasItemsAlone } = require('./plain.cjs');

/** A codec by name, or a user's own. */
function codecOf(codec) {
  if (codec === 'json') return json;
  if (codec === 'bytes') return bytes;
  if (codec === 'msgpack') return messagePack();
  if (typeof codec?.name === 'string' && typeof codec.encode === 'function' && typeof codec.decode === 'function')
    return own(codec);
  throw new TypeError('codec is json, msgpack, bytes, or an object with name, encode and decode');
}

const json = {
  name: 'json',
  keepsNothing: true,
  encode(value) {
    check(value, isPlain);
    return Buffer.from(JSON.stringify(value));
  },
  decode: (encoded) => JSON.parse(encoded.toString()),
};

const bytes = {
  name: 'bytes',
  encode(value) {
    if (!isBareBuffer(value)) throw new TypeError('it is no Buffer, or has more than bytes');
    return value;
  },
  decode: (encoded) => encoded,
};

function messagePack() {
  let msgpackr;
  try {
    msgpackr = require('msgpackr');
  } catch (error) {
    const why = 'codec "msgpack" takes the package msgpackr, which cannot be loaded; npm install msgpackr';
    throw new Error(why, { cause: error });
  }
  const packr = new msgpackr.Packr({ useRecords: false });
  return {
    name: 'msgpack',
    encode(value) {
      check(value, isPacked);
      return packr.pack(value);
    },
    decode: (encoded) => packr.unpack(encoded),
  };
}

function own(codec) {
  return {
    name: `own ${codec.name}`,
    encode(value) {
      const encoded = codec.encode(value);
      if (!(encoded instanceof Uint8Array)) throw new TypeError(`${codec.name} gives no bytes for it`);
      return Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    },
    decode: (encoded) => codec.decode(encoded),
  };
}

/** Refuses what comes back as something else, a date in JSON for one; `isLeaf` knows what has no members. */
function check(value, isLeaf) {
  if (isLeaf(value)) return;
  const members = Array.isArray(value) ? arrayOf(value) : objectOf(value);
  for (const member of members) check(member, isLeaf);
}

function isPlain(value) {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function isPacked(value) {
  if (typeof value === 'number') return !Object.is(value, -0);
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value;
  return value === undefined || isPlain(value) || isBareBuffer(value);
}

function isBareBuffer(value) {
  return Buffer.isBuffer(value) && Object.getPrototypeOf(value) === Buffer.prototype && hasBytesAlone(value);
}

function arrayOf(value) {
  if (Object.getPrototypeOf(value) !== Array.prototype || !hasItemsAlone(value))
    throw new TypeError('an array with more than items has no form');
  return value;
}

function objectOf(value) {
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} like ${String(value)} has no form`);
  const names = Object.keys(value);
  const isPlainObject = Object.getPrototypeOf(value) === Object.prototype && !Object.hasOwn(value, '__proto__');
  if (!isPlainObject || Reflect.ownKeys(value).length !== names.length)
    throw new TypeError(`a ${value.constructor?.name ?? 'value'} that is more than a plain object has no form`);
  return Object.values(value);
}

module.exports = { codecOf };
