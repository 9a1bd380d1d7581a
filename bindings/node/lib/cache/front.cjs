'use strict';
// What the process holds: values by reference, those that were not asked for of late making room. A hand goes round: the
// first entry that was not asked for since the hand was here last goes.

// What an entry takes beside its key and its value, roughly, in bytes.
const OVERHEAD = 200;

class Front {
  bytes = 0;
  evictions = 0;
  #entries = new Map();
  #hand = this.#entries.entries();
  #maxEntries;
  #maxBytes;

  constructor(maxEntries, maxBytes) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get size() {
    return this.#entries.size;
  }

  get(key) {
    return this.#entries.get(key);
  }

  /** Keeps an entry, where it is not larger than all may be. */
  set(key, entry) {
    this.delete(key);
    const bytes = bytesOf(key, entry);
    if (bytes > this.#maxBytes) return;
    this.#makeRoom(bytes);
    this.#entries.set(key, entry);
    this.bytes += bytes;
  }

  /** Whether it was there. */
  delete(key) {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.bytes -= bytesOf(key, entry);
    return this.#entries.delete(key);
  }

  clear() {
    this.#entries.clear();
    this.bytes = 0;
  }

  deleteWhere(isToGo) {
    for (const [key, entry] of this.#entries) if (isToGo(entry)) this.delete(key);
  }

  #makeRoom(bytes) {
    while (this.size >= this.#maxEntries || this.bytes + bytes > this.#maxBytes) {
      const { done, value } = this.#hand.next();
      if (done) {
        this.#hand = this.#entries.entries();
        continue;
      }
      const [key, entry] = value;
      if (!entry.wasUsed) {
        this.delete(key);
        this.evictions += 1;
      }
      entry.wasUsed = false;
    }
  }
}

/** A key is text or a number, which is in the overhead. */
function bytesOf(key, { weight }) {
  return weight + OVERHEAD + (typeof key === 'string' ? key.length : 0);
}

module.exports = { Front };
