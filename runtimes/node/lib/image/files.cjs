'use strict';
// What an image knows of a package's files, and whether it is still true of them.

const fs = require('fs');

const TRUSTED = 'trusted';
const STAT = 'stat';

// A file is a row of these, in the order in which a start loads them; a package.json is one too, with its text
// for the encoding, and a size below 0 where there is none.
const [PATH, PACKAGE, KIND, ENCODING, SIZE, MTIME, IMPORTS] = [0, 1, 2, 3, 4, 5, 6];

class Files {
  /** `check`: how far files are trusted; `tell` is called with a sentence for the first that is not what it was. */
  constructor(archive, root, check, tell) {
    const table = JSON.parse(archive.data(archive.number('table/modules')).utf8Slice());
    this.archive = archive;
    this.check = check;
    this.tell = tell;
    this.root = `${root}/`;
    this.rows = table.files;
    this.packages = table.packages;
    this.resolved = table.resolved;
    this.numbers = new Map(this.rows.map((row, number) => [this.root + row[PATH], number]));
    this.sources = archive.number('source/00000');
    this.codes = archive.number('code/00000');
    this.states = new Map();
  }

  /** The file that a request in a file of this directory finds, where that is known and still true. */
  find(directory, request) {
    if (!directory.startsWith(this.root) && `${directory}/` !== this.root) return undefined;
    const asked = this.resolved[directory.slice(this.root.length)];
    if (asked === undefined || !Object.hasOwn(asked.requests, request)) return undefined;
    const number = asked.requests[request];
    return this.isPackageTrue(asked.package) && this.isTrue(number) ? this.root + this.rows[number][PATH] : undefined;
  }

  /** The number of a file that is what it was, of that kind. */
  number(filename, kind) {
    const number = this.numbers.get(filename);
    return number !== undefined && this.rows[number][KIND] === kind && this.isTrue(number) ? number : undefined;
  }

  isTrue(number) {
    return this.isPackageTrue(this.rows[number][PACKAGE]) && this.isUnchanged(`f${number}`, this.rows[number], () => this.source(number));
  }

  /** Whether the `package.json` that says how a package's files are found and read is what it was. */
  isPackageTrue(number) {
    return this.isUnchanged(`p${number}`, this.packages[number], () => this.packages[number][ENCODING]);
  }

  isUnchanged(key, row, content) {
    if (this.check === TRUSTED) return true;
    let state = this.states.get(key);
    if (state === undefined) {
      state = this.isSame(this.root + row[PATH], row, content);
      this.states.set(key, state);
      if (!state) this.say(`${this.root + row[PATH]} has changed since the image was baked; what has changed is loaded as it is`);
    }
    return state;
  }

  isSame(file, row, content) {
    const status = fs.statSync(file, { throwIfNoEntry: false });
    if (status === undefined || row[SIZE] < 0) return status === undefined && row[SIZE] < 0;
    if (status.size !== row[SIZE]) return false;
    if (this.check === STAT && status.mtimeMs === row[MTIME]) return true;
    // Copies and archives have other times, and the same content.
    return fs.readFileSync(file, 'utf8') === content();
  }

  source(number) {
    const bytes = this.archive.data(this.sources + number);
    return this.rows[number][ENCODING] === 'latin1' ? bytes.latin1Slice() : bytes.utf8Slice();
  }

  /** Whether a file may import while it runs. */
  imports(number) {
    return this.rows[number][IMPORTS] === 1;
  }

  code(number) {
    const bytes = this.archive.data(this.codes + number);
    return bytes.length > 0 ? bytes : undefined;
  }

  say(sentence) {
    this.tell?.(sentence);
    this.tell = undefined;
  }
}

module.exports = { Files };
