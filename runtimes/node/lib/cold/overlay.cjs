'use strict';
// Where unpacked files are put: a directory of this user's alone, the same for all processes that use the same
// archive of the same package. A copy of the package elsewhere has one of its own: the overlay has links into it.

const crypto = require('crypto');
const os = require('os');
const path = require('path');
const { lstatSync, mkdirSync } = require('./originals.cjs');

/** The overlay of a package and its archive with this digest; throws where others could put files into it. */
function overlay(digest, root) {
  const user = process.geteuid();
  const own = path.join(os.tmpdir(), `headstart-cold-${user}`);
  const name = crypto.createHash('sha256').update(digest).update(root).digest('hex').slice(0, 32);
  const place = path.join(own, name);
  for (const directory of [own, place]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const found = lstatSync(directory);
    if (!found.isDirectory() || found.uid !== user || found.mode & 0o077)
      throw new Error(`others may write to ${directory}`);
  }
  return place;
}

module.exports = { overlay };
