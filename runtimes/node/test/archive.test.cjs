'use strict';
// The reader of images, against testdata/vectors/images.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Archive } = require('../lib/image/archive.cjs');
const { createPackage } = require('./support/package.cjs');

const VECTORS = path.join(__dirname, '../../../testdata/vectors/images');

/** All that is in an image; throws where it is damaged, in whichever part. */
function read(file) {
  const archive = new Archive(file, path.dirname(file));
  const entries = archive.names.map((name, number) => [name, Buffer.from(archive.data(number)).toString()]);
  return { identity: archive.identity, entries: Object.fromEntries(entries) };
}

for (const name of fs.readdirSync(VECTORS)) {
  test(`the image ${name}`, (t) => {
    const vector = (file) => fs.readFileSync(path.join(VECTORS, name, file), 'utf8');
    const file = path.join(createPackage(t, {}), 'image');
    fs.writeFileSync(file, Buffer.from(vector('image.hex').replace(/\s/g, ''), 'hex'), { mode: 0o600 });
    const { error, identity, entries } = JSON.parse(vector('expected.json'));
    if (error) return assert.throws(() => read(file));
    const texts = Object.fromEntries(Object.entries(entries).map(([entry, { text }]) => [entry, text]));
    assert.deepEqual(read(file), { identity, entries: texts });
  });
}
