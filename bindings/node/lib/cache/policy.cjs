'use strict';
// How long a value is good, and what is done about it before and after.

const { time } = require('./quantities.cjs');

class Policy {
  #negative;
  #rules;

  constructor(fields) {
    Object.assign(this, fields);
  }

  /** Of options as people write them. */
  static of(options) {
    const { refreshOnRestore = false, noSnapshot = false } = options;
    const timeOf = (name, otherwise) => (options[name] === undefined ? otherwise : time(options[name], name));
    return new Policy({
      ttl: timeOf('ttl'),
      stale: timeOf('stale', 0),
      staleOnError: timeOf('staleOnError', 0),
      negativeTtl: timeOf('negativeTtl'),
      refreshAhead: timeOf('refreshAhead', 0),
      refreshOnRestore: refreshOnRestore === true,
      noSnapshot: noSnapshot === true,
      tags: tagsOf(options.tags ?? []),
    });
  }

  /** The policy of one value, where it has a time or tags of its own. */
  with({ ttl, tags } = {}) {
    if (ttl === undefined && tags === undefined) return this;
    return new Policy({
      ...this,
      ttl: ttl === undefined ? this.ttl : time(ttl, 'ttl'),
      tags: tags === undefined ? this.tags : tagsOf(tags),
    });
  }

  /** The policy for this value: that there is none has a time of its own, and is not served when that is over. */
  for(value) {
    const isThere = value !== undefined && (value !== null || this.negativeTtl === undefined);
    if (isThere) return this;
    const ttl = this.negativeTtl ?? this.ttl;
    return (this.#negative ??= new Policy({ ...this, ttl, stale: 0, staleOnError: 0, refreshAhead: 0 }));
  }

  /** As the native part takes it, but for what says that a value is for this process alone. */
  get rules() {
    const { ttl = -1, stale, staleOnError, refreshAhead, refreshOnRestore } = this;
    return (this.#rules ??= Float64Array.of(ttl, stale, staleOnError, refreshAhead, refreshOnRestore ? 1 : 0, 0));
  }
}

function tagsOf(tags) {
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return [...tags];
  throw new TypeError(`tags is a list of texts, not ${String(tags)}`);
}

module.exports = { Policy };
