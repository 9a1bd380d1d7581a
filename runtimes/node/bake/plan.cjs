'use strict';
// Which modules can be loaded while a snapshot is built, so that a start finds them loaded. Pure.
//
// Only what the function depends on: its own files run at each start. Of that, what loads alone: no ES modules, no
// addons, nothing that does at loading what has to be done anew in each process, and nothing that needs such a module
// to load. And nothing that was loaded after something outside the snapshot had changed what it may see.

/** The modules to load, in order. `left`: the files of those that turned out to be unfit. */
function plan(modules, left) {
  const out = new Set(left);
  for (const row of modules) if (!isDependency(row) || row.changes.some((it) => it !== 'language')) out.add(row.file);
  for (;;) {
    const before = out.size;
    leaveWhatNeeds(modules, out);
    leaveWhatFollows(modules, out);
    if (out.size === before) break;
  }
  return modules.filter(({ file }) => !out.has(file)).map(({ file }) => file);
}

function isDependency({ file, isScript }) {
  return isScript && file.includes('/node_modules/');
}

/** Leaves out, from the last to the first, what needs something that is left out. */
function leaveWhatNeeds(modules, out) {
  for (let grown = true; grown;) {
    grown = false;
    for (const { file, needs } of [...modules].reverse()) {
      if (out.has(file) || !needs.some((needed) => out.has(needed))) continue;
      out.add(file);
      grown = true;
    }
  }
}

/** Leaves out what began to load after a module that is left out had changed its surroundings. */
function leaveWhatFollows(modules, out) {
  const changes = modules.filter(({ file, changes: made }) => made.length > 0 && out.has(file)).map(({ ended }) => ended);
  const first = Math.min(...changes);
  for (const { file } of modules.slice(first)) out.add(file);
}

module.exports = { plan };
