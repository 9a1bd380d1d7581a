'use strict';
// The cold files of one package: which there are, and where each is once it is unpacked.

const crypto = require('crypto');
const path = require('path');
const { fileURLToPath } = require('url');
const originals = require('./originals.cjs');
const { own } = require('./own.cjs');

// Names a file that gets a line for each file that was served, to slim by the next time.
const REPORT_VARIABLE = 'HEADSTART_COLD_REPORT';
// As many links as Linux follows on one path.
const MOST_LINKS = 40;

class Fallback {
  /** `packages`: the directories of packages that are cold as a whole. */
  constructor(root, place, tell, packages = []) {
    this.root = root;
    this.place = place;
    this.tell = tell;
    this.packages = new Set(packages);
    this.packageNames = new Set(packages.map((directory) => directory.split('node_modules/').at(-1)));
    this.served = new Set();
    this.archive = null;
    this.overlay = null;
    this.isBroken = false;
    this.mirrored = new Set();
  }

  /** The archive, opened when it is first needed; null where it cannot be used, said once. */
  opened() {
    if (!this.archive && !this.isBroken) {
      this.guard(() => {
        const { Archive } = own('./archive.cjs');
        const archive = new Archive(this.place);
        this.overlay = own('./overlay.cjs').overlay(archive.digest, this.root);
        this.archive = archive;
      });
    }
    return this.archive;
  }

  /** What `work` gives; null where the archive turns out to be of no use. */
  guard(work) {
    try {
      return work();
    } catch (error) {
      this.isBroken = true;
      this.archive = null;
      process.stderr.write(`headstart: warning: cold archive ${this.place} is not used: ${error.message}\n`);
      return null;
    }
  }

  /** A path below the package or the overlay, from either; null of any other. */
  relative(file) {
    if (file instanceof URL) {
      if (file.protocol !== 'file:') return null;
      file = fileURLToPath(file);
    }
    if (Buffer.isBuffer(file)) file = file.toString();
    if (typeof file !== 'string') return null;
    const absolute = path.resolve(file);
    for (const base of [this.root, this.overlay]) {
      if (base && (absolute === base || absolute.startsWith(`${base}/`))) return absolute.slice(base.length + 1);
    }
    return null;
  }

  /** Where the file or directory that is missing at `file` can be had instead, or null. */
  serve(file) {
    const below = this.relative(file);
    const archive = below === null ? null : this.opened();
    if (!archive) return null;
    const there = path.join(this.root, below);
    if (path.resolve(String(file)) !== there && originals.existsSync(there)) return there;
    return this.guard(() => {
      const found = this.find(below);
      const real = found === null ? this.withoutLinks(below) : below;
      return real === below || real === null ? found : this.find(real);
    });
  }

  find(below) {
    const entry = this.archive.find(below);
    if (entry >= 0) return this.unpack(entry, below);
    if (!below || !this.archive.hasDirectory(below)) return null;
    return this.directory(below);
  }

  /** A path with the links on it followed: they stay where what they lead to may be cold. Null of a circle. */
  withoutLinks(below) {
    let [done, links] = ['', 0];
    for (const left = below.split('/'); left.length; ) {
      const here = path.join(done, left.shift());
      const led = this.linkTarget(here);
      if (led === null) {
        done = here;
        continue;
      }
      links += 1;
      if (links > MOST_LINKS) return null;
      done = '';
      left.unshift(...led.split('/'));
    }
    return done === '.' ? '' : done;
  }

  /** The cold names in a directory, or at any depth below it: whether each is a directory. */
  children(file, isRecursive) {
    const below = this.relative(file);
    const archive = below === null ? null : this.opened();
    if (!archive) return new Map();
    const real = archive.hasDirectory(below) ? below : this.withoutLinks(below) ?? below;
    return isRecursive ? archive.descendants(real) : archive.children(real);
  }

  directory(below) {
    const place = path.join(this.overlay, below);
    originals.mkdirSync(place, { recursive: true, mode: 0o700 });
    return place;
  }

  unpack(entry, below) {
    const to = path.join(this.overlay, below);
    if (originals.statSync(to, { throwIfNoEntry: false })?.size !== this.archive.size(entry)) {
      this.directory(path.dirname(below));
      // A name of its own for each thread too: those of a process may unpack one file at once.
      const partial = `${to}.${process.pid}.${crypto.randomBytes(6).toString('hex')}`;
      originals.writeFileSync(partial, this.archive.content(entry), { mode: this.archive.mode(entry) | 0o600, flag: 'wx' });
      originals.renameSync(partial, to);
    }
    this.note(below);
    return to;
  }

  note(below) {
    if (this.served.has(below)) return;
    this.served.add(below);
    const report = process.env[REPORT_VARIABLE];
    try {
      if (report) originals.appendFileSync(report, `${below}\n`, { mode: 0o600 });
    } catch {
      // A report that cannot be written is nobody's loss but the reader's.
    }
    this.tell?.(below);
  }

  /** Makes a package whole in the overlay: cold files unpacked, links to those that stayed. */
  mirror(below) {
    if (this.mirrored.has(below)) return;
    this.mirrored.add(below);
    const place = path.join(this.root, below);
    const found = originals.lstatSync(place, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) return this.mirrorLink(below, originals.readlinkSync(place));
    this.directory(below);
    if (found?.isDirectory()) this.link(below);
    for (const entry of this.archive.below(below)) {
      const name = this.archive.name(entry);
      if (!`/${name.slice(below && below.length + 1)}`.includes('/node_modules/')) this.unpack(entry, name);
    }
    if (isScoped(below)) this.mirrorSiblings(below);
  }

  /** Where the link at a path below the package leads to, below it; null where there is none. */
  linkTarget(below) {
    const found = originals.lstatSync(path.join(this.root, below), { throwIfNoEntry: false });
    if (!found?.isSymbolicLink()) return null;
    const led = path.join(path.dirname(below), originals.readlinkSync(path.join(this.root, below)));
    return led.startsWith('..') || path.isAbsolute(led) ? null : led;
  }

  mirrorLink(below, target) {
    const to = path.join(this.overlay, below);
    this.directory(path.dirname(below));
    placeLink(target, to);
    const led = this.linkTarget(below);
    if (led !== null) this.mirror(led);
  }

  /** Links to the files of a directory that stayed in the package. */
  link(below) {
    for (const found of originals.readdirSync(path.join(this.root, below), { withFileTypes: true })) {
      const name = path.join(below, found.name);
      if (found.name === 'node_modules') continue;
      if (found.isDirectory()) {
        this.directory(name);
        this.link(name);
      } else {
        placeLink(path.join(this.root, name), path.join(this.overlay, name));
      }
    }
  }

  /** Addons find libraries in packages beside them, of the same scope. */
  mirrorSiblings(below) {
    const scope = path.dirname(below);
    const hot = originals.existsSync(path.join(this.root, scope)) ? originals.readdirSync(path.join(this.root, scope)) : [];
    const isLibrary = (name) => /lib|linux|native|binding/.test(name);
    for (const name of new Set([...hot, ...this.archive.children(scope).keys()]))
      if (isLibrary(name)) this.mirror(path.join(scope, name));
  }
}

/** Makes a link, unless another process or thread has done so. */
function placeLink(target, to) {
  if (originals.lstatSync(to, { throwIfNoEntry: false })) return;
  try {
    originals.symlinkSync(target, to);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function isScoped(below) {
  return path.basename(path.dirname(below)).startsWith('@') && path.basename(path.dirname(path.dirname(below))) === 'node_modules';
}

module.exports = { Fallback };
