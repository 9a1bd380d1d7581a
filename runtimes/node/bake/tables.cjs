'use strict';
// From the record of a run to what an image says of a package's files: which there are, what a request in one of
// them finds, their sources and their code.

const fs = require('fs');
const path = require('path');
const { imports } = require('../lib/image/script.cjs');

const LATIN_1 = /^[\0-\xff]*$/;

class Tables {
  constructor(root, record) {
    this.root = root;
    this.record = record;
    this.files = [];
    this.packages = [];
    this.resolved = {};
    this.sources = [];
    this.codes = [];
    this.numbers = new Map();
    this.packageNumbers = new Map();
    for (const { file, isFacade, isModule } of record.modules) if (!isModule || isFacade) this.add(file, isFacade);
    for (const [key, file] of record.resolved) this.resolve(...key.split('\0'), file);
  }

  /** The text of `table/modules`. */
  text() {
    const { files, packages, resolved } = this;
    return JSON.stringify({ files, packages, resolved });
  }

  /** The package.json files that there are. */
  packageFiles() {
    return this.packages.filter(([, , , , size]) => size >= 0).map(([below]) => path.join(this.root, below));
  }

  below(file) {
    return file.startsWith(`${this.root}/`) ? file.slice(this.root.length + 1) : null;
  }

  add(file, isFacade) {
    const below = this.below(file);
    if (below === null || this.numbers.has(file)) return;
    const kind = this.kindOf(file, isFacade);
    const source = kind === 'other' ? '' : fs.readFileSync(file, 'utf8');
    const encoding = LATIN_1.test(source) ? 'latin1' : 'utf8';
    const { size, mtimeMs } = fs.statSync(file);
    this.numbers.set(file, this.files.length);
    this.files.push([below, this.packageOf(path.dirname(file)), kind, encoding, size, mtimeMs, imports(source) ? 1 : 0]);
    this.sources.push(Buffer.from(source, encoding));
    this.codes.push(this.codeOf(file, kind));
  }

  kindOf(file, isFacade) {
    if (isFacade) return 'other';
    if (file in this.record.cached) return 'script';
    return file.endsWith('.json') ? 'json' : 'other';
  }

  codeOf(file, kind) {
    return kind === 'script' ? fs.readFileSync(path.join(this.record.caches, this.record.cached[file])) : Buffer.alloc(0);
  }

  /** The number of the `package.json` that holds for a directory. */
  packageOf(directory) {
    let known = this.packageNumbers.get(directory);
    if (known !== undefined) return known;
    const file = path.join(directory, 'package.json');
    const isThere = fs.existsSync(file);
    known = isThere || directory === this.root ? this.addPackage(file, isThere) : this.packageOf(path.dirname(directory));
    this.packageNumbers.set(directory, known);
    return known;
  }

  addPackage(file, isThere) {
    if (!isThere) return this.packages.push([this.below(file), 0, 'package', '', -1, 0]) - 1;
    const { size, mtimeMs } = fs.statSync(file);
    return this.packages.push([this.below(file), 0, 'package', fs.readFileSync(file, 'utf8'), size, mtimeMs]) - 1;
  }

  resolve(directory, request, file) {
    const number = this.numbers.get(file);
    if (number === undefined || (directory !== this.root && this.below(directory) === null)) return;
    const asked = (this.resolved[directory.slice(this.root.length + 1)] ??= { package: this.packageOf(directory), requests: {} });
    Object.defineProperty(asked.requests, request, { value: number, enumerable: true, configurable: true, writable: true });
  }
}

module.exports = { Tables };
