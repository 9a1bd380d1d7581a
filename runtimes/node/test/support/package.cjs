'use strict';
// Functions that a test writes: a directory that goes away with the test.

const fs = require('fs');
const os = require('os');
const path = require('path');

/** A package with these files, by path. */
function createPackage(t, files) {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'headstart-node-')));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return directory;
}

module.exports = { createPackage };
