'use strict';
// The options that `cached` and `Cache` share, as people write them.

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const BYTES = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const KNOWN = new Set([
  'ttl',
  'stale',
  'staleOnError',
  'negativeTtl',
  'refreshAhead',
  'scope',
  'directory',
  'key',
  'tags',
  'codec',
  'namespace',
  'version',
  'maxEntries',
  'maxBytes',
  'nodeBytes',
  'maxValueBytes',
  'wait',
  'refreshOnRestore',
  'noSnapshot',
]);

/** What is the same for all values of a cache. */
function read(options) {
  for (const name of Object.keys(options))
    if (!KNOWN.has(name)) throw new TypeError(`there is no option ${name}; there are ${[...KNOWN].join(', ')}`);
  const { scope = 'process', maxEntries = 10_000, version = '' } = options;
  if (scope !== 'process' && scope !== 'node') throw new TypeError(`scope is process or node, not ${scope}`);
  if (!Number.isInteger(maxEntries) || maxEntries < 1)
    throw new RangeError(`maxEntries is a number of 1 or more, not ${maxEntries}`);
  return {
    policy: policyOf(options),
    isShared: scope === 'node',
    directory: options.directory,
    key: options.key,
    namespace: options.namespace,
    version: String(version),
    codec: codecOf(options.codec ?? 'json'),
    maxEntries,
    maxBytes: quantity(options.maxBytes ?? '64MiB', BYTES, 'maxBytes'),
    nodeBytes: quantity(options.nodeBytes ?? '256MiB', BYTES, 'nodeBytes'),
    maxValueBytes: quantity(options.maxValueBytes ?? '1MiB', BYTES, 'maxValueBytes'),
    wait: time(options.wait ?? 5000, 'wait'),
  };
}

/** How long values are good; times are milliseconds. */
function policyOf(options) {
  return {
    ttl: time(options.ttl, 'ttl'),
    stale: time(options.stale, 'stale') ?? 0,
    staleOnError: time(options.staleOnError, 'staleOnError') ?? 0,
    negativeTtl: time(options.negativeTtl, 'negativeTtl'),
    refreshAhead: time(options.refreshAhead, 'refreshAhead') ?? 0,
    refreshOnRestore: options.refreshOnRestore === true,
    noSnapshot: options.noSnapshot === true,
    tags: options.tags ?? [],
  };
}

/** The policy of one value, where it has a time or tags of its own. */
function adjusted(policy, { ttl, tags } = {}) {
  if (ttl === undefined && tags === undefined) return policy;
  return { ...policy, ttl: time(ttl, 'ttl') ?? policy.ttl, tags: tags ?? policy.tags };
}

function time(value, name) {
  return value === undefined ? undefined : quantity(value, MILLISECONDS, name);
}

/** A number, or text: a number with a unit. */
function quantity(value, units, name) {
  const [, number, unit] = typeof value === 'string' ? (/^\s*([\d.]+)\s*([a-z]+)\s*$/i.exec(value) ?? []) : [, value, null];
  const amount = unit === null ? number : Number(number) * units[unit];
  if (typeof amount !== 'number' || !(amount >= 0) || amount > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`${name} is a number, or text with one of the units ${Object.keys(units).join(', ')}, not ${value}`);
  return amount;
}

/** `{name, encode, decode}`: a value to bytes, and back. */
function codecOf(codec) {
  if (codec === 'json') return JSON_CODEC;
  if (codec === 'bytes') return BYTES_CODEC;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function' && typeof codec.name === 'string')
    return { name: `own ${codec.name}`, encode: (value) => codec.encode(value), decode: (bytes) => codec.decode(bytes) };
  throw new TypeError('codec is json, bytes, or an object with a name, encode and decode');
}

const JSON_CODEC = {
  name: 'json',
  encode(value) {
    check(value);
    return Buffer.from(JSON.stringify(value));
  },
  decode: (bytes) => JSON.parse(bytes.utf8Slice(0, bytes.length)),
};

const BYTES_CODEC = {
  name: 'bytes',
  encode(value) {
    if (!Buffer.isBuffer(value)) throw new TypeError('it is no Buffer');
    return value;
  },
  decode: (bytes) => bytes,
};

/** Refuses what JSON would give back as something else, a date as text for one. */
function check(value) {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (Number.isFinite(value) && !Object.is(value, -0)) return;
  if (Array.isArray(value)) {
    // A hole is no member for `forEach`.
    for (const item of value) check(item);
    return;
  }
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} like ${String(value)} has no form in JSON`);
  if (Object.getPrototypeOf(value) !== Object.prototype || typeof value.toJSON === 'function' || Object.hasOwn(value, '__proto__'))
    throw new TypeError(`a ${value.constructor?.name ?? 'value'} has no form in JSON`);
  for (const name of Object.keys(value)) check(value[name]);
}

module.exports = { adjusted, read };
