'use strict';
// Whether a value is no more than what is read of it: who has put a member with a name beside the items has another value.

const { isDeepStrictEqual } = require('util');

/** Whether an array has items alone, and no hole. */
function hasItemsAlone(array) {
  const names = Reflect.ownKeys(array);
  // Names come after the indices, and `length` is the first of them.
  return names.length === array.length + 1 && names[array.length] === 'length';
}

/** Whether an array of bytes has these alone. */
function hasBytesAlone(bytes) {
  // To list its keys takes half a second for 1 MiB; this compares the members that are no index.
  const { buffer, byteOffset, length } = bytes;
  const bare = Buffer.isBuffer(bytes) ? Buffer.from(buffer, byteOffset, length) : new Uint8Array(buffer, byteOffset, length);
  return isDeepStrictEqual(bytes, bare);
}

module.exports = { hasBytesAlone, hasItemsAlone };
