'use strict';
// The options that `cached` and `Cache` share.

const { codecOf } = require('./codecs.cjs');
const { Policy } = require('./policy.cjs');
const { size, time } = require('./quantities.cjs');

const POLICY = ['ttl', 'stale', 'staleOnError', 'negativeTtl', 'refreshAhead', 'tags', 'refreshOnRestore', 'noSnapshot'];
const SIZES = ['maxEntries', 'maxBytes', 'nodeBytes', 'maxValueBytes'];
const NAMES = [...POLICY, ...SIZES, 'scope', 'directory', 'codec', 'version', 'wait'];

/** What is the same for all values of a cache; `own` are options that only the caller knows. */
function read(options, own = []) {
  check(options, [...NAMES, ...own]);
  const isOfCalls = own.includes('key');
  const { key, namespace, scope = 'process', maxEntries = 10_000, version = '' } = options;
  const tagsFor = isOfCalls && typeof options.tags === 'function' ? options.tags : undefined;
  if (scope !== 'process' && scope !== 'node') throw new TypeError(`scope is process or node, not ${String(scope)}`);
  if (!Number.isInteger(maxEntries) || maxEntries < 1)
    throw new RangeError(`maxEntries is a number of 1 or more, not ${String(maxEntries)}`);
  if (key !== undefined && typeof key !== 'function') throw new TypeError(`key is a function, not ${String(key)}`);
  for (const [name, value] of Object.entries({ namespace, directory: options.directory }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new TypeError(`${name} is a text, not ${String(value)}`);
  return {
    policy: Policy.of(tagsFor === undefined ? options : { ...options, tags: [] }),
    isShared: scope === 'node',
    directory: options.directory ?? '',
    key,
    tagsFor,
    namespace,
    version: String(version),
    codec: codecOf(options.codec ?? 'json'),
    maxEntries,
    maxBytes: size(options.maxBytes ?? '64MiB', 'maxBytes'),
    nodeBytes: size(options.nodeBytes ?? '256MiB', 'nodeBytes'),
    maxValueBytes: size(options.maxValueBytes ?? '1MiB', 'maxValueBytes'),
    wait: time(options.wait ?? 5000, 'wait'),
  };
}

function check(options, names) {
  if (typeof options !== 'object' || options === null) throw new TypeError(`options are an object, not ${String(options)}`);
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new TypeError(`there is no option ${name}; there are ${names.join(', ')}`);
}

module.exports = { read };
