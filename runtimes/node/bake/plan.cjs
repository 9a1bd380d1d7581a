'use strict';
// Which modules can be loaded while a snapshot is built, so that a start finds them loaded. Pure.
//
// Only what the function depends on: its own files run at each start. Of that, what loads alone: no ES modules that
// could not be turned into functions, no addons, nothing that does at loading what has to be done anew in each process, and nothing that needs such a module
// to load. And nothing that was loaded after something outside the snapshot had changed what it may see.

/**
 * The modules to load, in order; those that have stand-ins for what they need of the others; the globals that they
 * make, which nobody may look at. `left`: the files of those that turned out to be unfit.
 */
function plan({ modules, changes }, left) {
  const out = new Set(left);
  for (const row of modules) if (!isDependency(row)) out.add(row.file);
  for (const { file, kinds } of changes) if (kinds.some((it) => it !== 'language')) out.add(file);
  const late = new Set();
  const hasStandIn = new Map(modules.map((row) => [row.file, row.exported !== null && isOfPackage(row)]));
  for (let before = -1; out.size > before;) {
    before = out.size;
    leaveWhatFollows(modules, changes, out, late);
    // An ES module looks at what it imports by name.
    leaveWhatNeeds(modules, out, (file, row) => !row.isConverted && hasStandIn.get(file) && !late.has(file));
  }
  const standIns = modules.filter(({ file }) => out.has(file) && hasStandIn.get(file) && !late.has(file));
  return {
    modules: modules.filter(({ file }) => !out.has(file)).map(({ file }) => file),
    standIns: standIns.map(({ file }) => file),
    globals: changes.filter(({ file }) => file === null || out.has(file)).flatMap(({ added }) => added),
  };
}

function isDependency(row) {
  return (row.isScript || row.isConverted) && isOfPackage(row);
}

function isOfPackage({ file }) {
  return file.includes('/node_modules/');
}

/** Leaves out, from the last to the first, what needs something that is left out and has no stand-in. */
function leaveWhatNeeds(modules, out, hasStandIn) {
  for (let grown = true; grown;) {
    grown = false;
    for (const row of [...modules].reverse()) {
      if (out.has(row.file) || !row.needs.some((needed) => out.has(needed) && !hasStandIn(needed, row))) continue;
      out.add(row.file);
      grown = true;
    }
  }
}

/** Leaves out what began to load after something that is left out, or no module, had changed its surroundings. */
function leaveWhatFollows(modules, changes, out, late) {
  const places = changes.filter(({ file, kinds }) => kinds.length > 0 && (file === null || out.has(file))).map(({ at }) => at);
  for (const { file } of modules.slice(Math.min(...places))) {
    out.add(file);
    late.add(file);
  }
}

module.exports = { plan };
