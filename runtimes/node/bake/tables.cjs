'use strict';
// From the record of a run to what an image says of a package's files: which there are, what a request in one of
// them finds, their sources and their code.

const fs = require('fs');
const path = require('path');
const { imports } = require('../lib/image/script.cjs');
const { Packages } = require('./packages.cjs');

const LATIN_1 = /^[\0-\xff]*$/;

class Tables {
  constructor(root, record) {
    this.packages = new Packages(root);
    this.record = record;
    this.files = [];
    this.resolved = {};
    this.sources = [];
    this.codes = [];
    this.numbers = new Map();
    for (const { file, isFacade, isModule } of record.modules) if (!isModule || isFacade) this.add(file, isFacade);
    for (const [key, file] of record.resolved) this.resolve(...key.split('\0'), file);
  }

  /** The text of `table/modules`. */
  text() {
    const { files, packages, resolved } = this;
    return JSON.stringify({ files, packages: packages.rows, resolved });
  }

  add(file, isFacade) {
    if (!this.packages.has(file) || this.numbers.has(file)) return;
    const kind = this.kindOf(file, isFacade);
    const source = kind === 'other' ? '' : fs.readFileSync(file, 'utf8');
    const encoding = LATIN_1.test(source) ? 'latin1' : 'utf8';
    const { size, mtimeMs } = fs.statSync(file);
    this.numbers.set(file, this.files.length);
    const [below, holding] = [this.packages.below(file), this.packages.of(path.dirname(file))];
    this.files.push([below, holding, kind, encoding, size, mtimeMs, imports(source) ? 1 : 0]);
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

  resolve(directory, request, file) {
    const number = this.numbers.get(file);
    if (number === undefined || !this.packages.has(`${directory}/`)) return;
    const asked = (this.resolved[this.packages.below(directory)] ??= { package: this.packages.of(directory), requests: {} });
    Object.defineProperty(asked.requests, request, { value: number, enumerable: true, configurable: true, writable: true });
  }
}

module.exports = { Tables };
