'use strict';
// The file system's functions as they were, for our own use: ours would ask us again.

const fs = require('fs');

module.exports = {
  appendFileSync: fs.appendFileSync,
  closeSync: fs.closeSync,
  existsSync: fs.existsSync,
  fstatSync: fs.fstatSync,
  lstatSync: fs.lstatSync,
  mkdirSync: fs.mkdirSync,
  openSync: fs.openSync,
  readdirSync: fs.readdirSync,
  readlinkSync: fs.readlinkSync,
  readSync: fs.readSync,
  renameSync: fs.renameSync,
  statSync: fs.statSync,
  symlinkSync: fs.symlinkSync,
  unlinkSync: fs.unlinkSync,
  writeFileSync: fs.writeFileSync,
};
