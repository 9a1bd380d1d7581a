'use strict';
// Which modules can be loaded while a snapshot is built, so that a start finds them loaded. Pure.
//
// Only what the function depends on: its own files run at each start. Of that, what loads alone: no ES modules, no
// addons, nothing that does at loading what has to be done anew in each process, and nothing that needs such a module
// to load. And nothing that was loaded after something outside the snapshot had changed what it may see.

/**
 * The modules to load, in order, and those that have stand-ins for what they need of the others. `left`: the files of
 * those that turned out to be unfit.
 */
function plan(modules, left) {
  const out = new Set(left);
  for (const row of modules) if (!isDependency(row) || row.changes.some((it) => it !== 'language')) out.add(row.file);
  const late = new Set();
  const hasStandIn = new Map(modules.map((row) => [row.file, row.exported !== null && isOfPackage(row)]));
  for (let before = -1; out.size > before;) {
    before = out.size;
    leaveWhatFollows(modules, out, late);
    leaveWhatNeeds(modules, out, (file) => hasStandIn.get(file) && !late.has(file));
  }
  const standIns = modules.filter(({ file }) => out.has(file) && hasStandIn.get(file) && !late.has(file));
  return {
    modules: modules.filter(({ file }) => !out.has(file)).map(({ file }) => file),
    standIns: standIns.map(({ file }) => file),
  };
}

function isDependency(row) {
  return row.isScript && isOfPackage(row);
}

function isOfPackage({ file }) {
  return file.includes('/node_modules/');
}

/** Leaves out, from the last to the first, what needs something that is left out and has no stand-in. */
function leaveWhatNeeds(modules, out, hasStandIn) {
  for (let grown = true; grown;) {
    grown = false;
    for (const { file, needs } of [...modules].reverse()) {
      if (out.has(file) || !needs.some((needed) => out.has(needed) && !hasStandIn(needed))) continue;
      out.add(file);
      grown = true;
    }
  }
}

/** Leaves out what began to load after a module that is left out had changed its surroundings. */
function leaveWhatFollows(modules, out, late) {
  const changes = modules.filter(({ file, changes: made }) => made.length > 0 && out.has(file)).map(({ ended }) => ended);
  for (const { file } of modules.slice(Math.min(...changes))) {
    out.add(file);
    late.add(file);
  }
}

module.exports = { plan };
