'use strict';
// Gives every restored process random numbers of its own. OpenSSL notices by the process number; what has been drawn in
// advance is thrown away here.

// How many UUIDs Node draws at a time (`kBatchSize` in lib/internal/crypto/random.js).
const UUIDS_AT_ONCE = 128;
const MOST_SKIPPED = 1 << 17;

/** To be called in a restored process. */
function afterRestore() {
  const { randomInt, randomUUID } = require('crypto');
  for (let drawn = 0; drawn < UUIDS_AT_ONCE; drawn += 1) randomUUID();
  // V8 cannot be given a new seed: its generator is moved on, by a number that nobody knows.
  for (let left = randomInt(MOST_SKIPPED); left > 0; left -= 1) Math.random();
}

module.exports = { afterRestore };
