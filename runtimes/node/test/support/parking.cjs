'use strict';
// The files that take the place of what leads to the host, in a directory that goes away with the test.

const fs = require('fs');
const os = require('os');
const path = require('path');

/** Makes the files for the worker of this host; the worker is gone before they are. */
function createParking(t, host) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'headstart-park-'));
  t.after(async () => {
    host.child.kill('SIGKILL');
    await host.exited;
    fs.rmSync(directory, { recursive: true });
  });
  const names = ['socket', 'stdout', 'stderr'];
  const files = Object.fromEntries(names.map((name) => [name, path.join(directory, name)]));
  for (const file of Object.values(files)) fs.writeFileSync(file, '');
  return files;
}

module.exports = { createParking };
