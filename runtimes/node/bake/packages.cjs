'use strict';
// The package.json files that hold for a package's directories.

const fs = require('fs');
const path = require('path');

class Packages {
  constructor(root) {
    this.root = root;
    this.rows = [];
    this.numbers = new Map();
  }

  /** Whether a file lies in the package. */
  has(file) {
    return file.startsWith(`${this.root}/`);
  }

  /** The path of a file of the package below its root. */
  below(file) {
    return file.slice(this.root.length + 1);
  }

  /** The number of what holds for a directory: the nearest `package.json`, or that the root has none. */
  of(directory) {
    let known = this.numbers.get(directory);
    if (known !== undefined) return known;
    const file = path.join(directory, 'package.json');
    const isThere = fs.existsSync(file);
    known = isThere || directory === this.root ? this.add(file, isThere) : this.of(path.dirname(directory));
    this.numbers.set(directory, known);
    return known;
  }

  add(file, isThere) {
    if (!isThere) return this.rows.push([this.below(file), 0, 'package', '', -1, 0]) - 1;
    const { size, mtimeMs } = fs.statSync(file);
    return this.rows.push([this.below(file), 0, 'package', fs.readFileSync(file, 'utf8'), size, mtimeMs]) - 1;
  }

  /** Those that there are, which hold for the directories that were asked for. */
  files() {
    return this.rows.filter(([, , , , size]) => size >= 0).map(([below]) => path.join(this.root, below));
  }
}

module.exports = { Packages };
