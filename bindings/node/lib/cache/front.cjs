'use strict';
// What the process holds: values by reference, those that were not asked for of late making room. The key that has been
// here for longest goes, unless it was asked for since it was looked at last.

// What an entry takes beside its value, roughly, in bytes.
const OVERHEAD = 200;
// How many members of a value are weighed.
const MOST_WEIGHED = 1000;

class Front {
  entries = new Map();
  bytes = 0;
  evictions = 0;

  constructor(maxEntries, maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  get(key) {
    return this.entries.get(key);
  }

  /** Keeps `{value, promise, life, ...}`; `weight` is in bytes. */
  set(key, entry, weight) {
    this.delete(key);
    entry.weight = weight + OVERHEAD;
    if (entry.weight > this.maxBytes) return;
    entry.wasUsed = false;
    this.entries.set(key, entry);
    this.bytes += entry.weight;
    this.#makeRoom();
  }

  delete(key) {
    const entry = this.entries.get(key);
    if (entry === undefined) return false;
    this.bytes -= entry.weight;
    return this.entries.delete(key);
  }

  clear() {
    this.entries.clear();
    this.bytes = 0;
  }

  deleteWhere(isToGo) {
    for (const [key, entry] of this.entries) if (isToGo(entry)) this.delete(key);
  }

  #makeRoom() {
    // A map gives its keys by the time that they came.
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= this.maxEntries && this.bytes <= this.maxBytes) return;
      this.entries.delete(key);
      if (entry.wasUsed) {
        entry.wasUsed = false;
        this.entries.set(key, entry);
      } else {
        this.bytes -= entry.weight;
        this.evictions += 1;
      }
    }
  }
}

/** How many bytes a value takes, roughly. */
function weigh(value, budget = { left: MOST_WEIGHED }) {
  if (typeof value === 'string') return 16 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 64 + value.byteLength;
  const members = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  let [weighed, weight] = [0, 0];
  for (const member of members) {
    if (budget.left-- <= 0) break;
    weighed += 1;
    weight += 8 + weigh(member, budget);
  }
  return 32 + (weighed === 0 ? 0 : (weight * members.length) / weighed);
}

module.exports = { Front, weigh };
