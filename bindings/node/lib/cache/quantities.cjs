'use strict';
// Times and sizes as people write them: numbers, or text with a unit.

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const BYTES = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const NUMBER_AND_UNIT = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i;

/** Milliseconds of a number of them or of text: `250`, `'90s'`, `'5m'`, `'1h'`. */
function time(value, name) {
  return quantity(value, MILLISECONDS, name);
}

/** Bytes of a number of them or of text: `4096`, `'64MiB'`, `'1GB'`. */
function size(value, name) {
  return Math.floor(quantity(value, BYTES, name));
}

function quantity(value, units, name) {
  const amount = typeof value === 'string' ? ofText(value, units) : value;
  if (typeof amount === 'number' && amount >= 0 && amount <= Number.MAX_SAFE_INTEGER) return amount;
  const known = Object.keys(units).join(', ');
  throw new RangeError(`${name} is a number, or text with a number and one of the units ${known}, not ${String(value)}`);
}

function ofText(text, units) {
  const [, number, unit] = NUMBER_AND_UNIT.exec(text) ?? [];
  return Object.hasOwn(units, unit) ? Number(number) * units[unit] : undefined;
}

module.exports = { size, time };
