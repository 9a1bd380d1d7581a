'use strict';
// How many bytes a value takes, roughly: what is in plain containers, up to a number of members.

const MOST_WEIGHED = 1000;
const UNKNOWN = 256;

function weigh(value) {
  try {
    return weightOf(value, { left: MOST_WEIGHED });
  } catch {
    // A member was computed, and failed.
    return UNKNOWN;
  }
}

function weightOf(value, budget) {
  if (typeof value === 'string') return 16 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 64 + value.byteLength;
  return 32 + ofMembers(membersOf(value), budget);
}

function membersOf(value) {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return value instanceof Set ? [...value] : Object.values(value);
}

function ofMembers(members, budget) {
  let [weighed, weight] = [0, 0];
  for (const member of members) {
    if (budget.left <= 0) break;
    budget.left -= 1;
    weighed += 1;
    weight += 8 + weightOf(member, budget);
  }
  // The others count as these do on average.
  return weighed === 0 ? 0 : (weight * members.length) / weighed;
}

module.exports = { weigh };
