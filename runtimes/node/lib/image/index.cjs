'use strict';
// The init image of a Node function: how its modules are found, their sources and their code, baked in advance, in
// one file. What the image says is used only as long as it is true: for this interpreter and for files that have not
// changed. What is not true any more is found and loaded as if there were no image.

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { Archive, ImageError, refuseOthers } = require('./archive.cjs');
const { Files } = require('./files.cjs');
const { interpreter } = require('./identity.cjs');
const { Modules } = require('./modules.cjs');

/**
 * Serves modules from the image at `file`; the reason as a text where it cannot be used, else null. `tell` is called
 * with a sentence once, when something turns out to have changed later. `stamp` is that of a file whose content
 * somebody has checked.
 */
function install(file, directory, tell, stamp) {
  try {
    const root = fs.realpathSync(directory);
    const archive = new Archive(file, root, stamp);
    const { identity } = archive;
    if (identity.language !== 'nodejs' || identity.interpreter !== interpreter()) {
      return `it was baked by ${identity.interpreter}, this is ${interpreter()}`;
    }
    if (process.sourceMapsEnabled || process.permission) return 'it cannot be used with source maps or permissions';
    // Where there are few modules, an image has nothing to say of them.
    if (archive.number('table/modules') < 0) return null;
    new Modules(new Files(archive, root, identity.check, tell)).install();
    if (identity.compile_cache) useCompileCache(path.join(path.dirname(file), identity.compile_cache), root, tell);
    return null;
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    if (typeof error?.syscall === 'string') return `${error.syscall} failed with ${error.code}`;
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError) {
      return `its table is damaged (${error.message})`;
    }
    throw error;
  }
}

/** Node's own cache for the code of ES modules, which it checks itself; without it they are compiled. */
function useCompileCache(directory, root, tell) {
  const status = fs.statSync(directory, { bigint: true, throwIfNoEntry: false });
  if (!status?.isDirectory()) return;
  try {
    refuseOthers(status, root);
  } catch (error) {
    tell?.(`the compile cache ${directory} is not used: ${error.message}`);
    return;
  }
  Module.enableCompileCache?.(directory);
}

module.exports = { install };
