'use strict';
// Serves what slimming took out of a package: modules that are required and files that are opened after all.
//
// The launcher installs it for packages that have a cold archive; as `headstart_cold` it is part of each slimmed
// package, for platforms that do not run our launcher. Nothing is ever written into the package: what is asked
// for is unpacked into a private directory below the temporary one (the overlay), where a process that comes
// later finds it.

const fs = require('fs');
const path = require('path');
const { own } = require('./own.cjs');

const OWN_DIRECTORY = '.headstart';
// Names where the archive is, if it is not in the package.
const PLACE_VARIABLE = 'HEADSTART_COLD';

const installed = new Map();

/** Serves the cold files of the package at `directory`, if it has any; whether it has. */
function install(directory, tell, archive) {
  directory = fs.realpathSync(directory);
  if (installed.has(directory)) return true;
  archive ??= findArchive(directory);
  if (!archive) return false;
  const { Fallback } = require('./fallback.cjs');
  const fallback = new Fallback(findRoot(directory), archive, tell, wholePackages(directory));
  installed.set(directory, fallback);
  require('./files.cjs').patch(fallback);
  const has = (mark) => fs.existsSync(path.join(directory, OWN_DIRECTORY, mark));
  const hasModules = has('esm');
  const modules = require('./modules.cjs');
  modules.patch(fallback, { hasModules, whenServed: handOn });
  // Patching costs as much as loading what it patches. Cold modules do that themselves, except those that another
  // thread finds.
  if (has('starts') || (hasModules && !modules.areFoundHere)) handOn();
  return true;
}

/** Lets threads and processes that are started from now on have the same cold files. */
function handOn() {
  own('./starting.cjs').patch(() => [...installed].map(([directory, { place }]) => [directory, place]));
}

/** The names of all files that this process had to load from a cold archive. */
function served() {
  return [...installed.values()].flatMap((fallback) => [...fallback.served]).sort();
}

/** The entry that the package at `directory` was slimmed for: its module's path and its attribute. */
function entry(directory) {
  const text = fs.readFileSync(path.join(directory, OWN_DIRECTORY, 'entry'), 'utf8').trim();
  const dot = text.lastIndexOf('.');
  return { module: path.join(directory, text.slice(0, dot)), attribute: text.slice(dot + 1) };
}

function findArchive(directory) {
  const places = [path.join(directory, OWN_DIRECTORY, 'cold'), process.env[PLACE_VARIABLE], `${directory}.cold`];
  return places.find((place) => place && fs.statSync(place, { throwIfNoEntry: false })?.isFile());
}

/** The directories of packages that are cold as a whole. */
function wholePackages(directory) {
  try {
    return fs.readFileSync(path.join(directory, OWN_DIRECTORY, 'whole'), 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return [];
  }
}

/** Where the archive's names start: the package, or a directory around it. */
function findRoot(directory) {
  try {
    const up = fs.readFileSync(path.join(directory, OWN_DIRECTORY, 'root'), 'utf8').trim();
    return fs.realpathSync(path.join(directory, up));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return directory;
  }
}

module.exports = { entry, install, served };
