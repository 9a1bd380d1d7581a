'use strict';
// From `index.handler` to a function: which file, how to load it, what in it.

const fs = require('fs');
const path = require('path');

const EXTENSIONS = ['.js', '.cjs', '.mjs'];
const LONGEST_ENTRY = 1024;

/** A defect of the entry that has its own code. */
class EntryError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The handler that `entry` names in the package at `directory`. */
async function load(directory, entry) {
  const { file, module, attributes } = find(directory, entry);
  const handler = attributeOf(await loadFile(file), attributes);
  const name = attributes.join('.');
  if (handler === undefined) {
    throw new EntryError('function.handler_not_found', `module "${module}" has no attribute "${name}"`);
  }
  if (typeof handler !== 'function') {
    const message = `"${name}" of module "${module}" is no function but ${handler === null ? 'null' : typeof handler}`;
    throw new EntryError('function.handler_not_callable', message);
  }
  return handler;
}

/** Tries the last dot first; a module part that has no file gives its tail to the attribute. */
function find(directory, entry) {
  check(entry);
  const first = entry.lastIndexOf('/') + 1;
  for (let dot = entry.lastIndexOf('.'); dot > first; dot = entry.lastIndexOf('.', dot - 1)) {
    const module = entry.slice(0, dot);
    const file = findFile(path.resolve(directory, module));
    if (file)
      return { file: fs.realpathSync.native(file), module, attributes: entry.slice(dot + 1).split('.') };
  }
  const module = entry.slice(0, entry.lastIndexOf('.'));
  throw new EntryError('function.entry_not_found', `no module "${module}" in ${directory}`);
}

function check(entry) {
  const refuse = (why) => {
    throw new EntryError('function.entry_invalid', `entry "${entry}" ${why}`);
  };
  const dot = entry.lastIndexOf('.');
  if (dot <= entry.lastIndexOf('/') + 1 || dot === entry.length - 1)
    refuse('is not of the form module.attribute');
  if (entry.length > LONGEST_ENTRY || entry.includes('\0')) refuse('is too long or holds a zero byte');
  if (path.isAbsolute(entry) || entry.split(/[/\\]/).includes('..')) refuse('leads out of the package');
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The file that a path without extension names: with one, a directory's main file, its index. */
function findFile(base) {
  const withExtension = EXTENSIONS.map((extension) => base + extension).find(isFile);
  if (withExtension) return withExtension;
  const stat = fs.statSync(base, { throwIfNoEntry: false });
  if (stat?.isFile()) return EXTENSIONS.includes(path.extname(base)) ? base : undefined;
  return stat?.isDirectory() ? findMain(base) : undefined;
}

function findMain(directory) {
  const main = readPackage(directory)?.main;
  const candidates = typeof main === 'string' ? [path.resolve(directory, main)] : [];
  candidates.push(path.join(directory, 'index'));
  for (const candidate of candidates) {
    if (EXTENSIONS.includes(path.extname(candidate)) && isFile(candidate)) return candidate;
    const names = [candidate, path.join(candidate, 'index')];
    const file = names.flatMap((name) => EXTENSIONS.map((extension) => name + extension)).find(isFile);
    if (file) return file;
  }
  return undefined;
}

/** A directory's package.json; nothing where there is none or it does not parse, which Node then tells. */
function readPackage(directory) {
  try {
    return JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
  } catch (error) {
    return error instanceof SyntaxError ? {} : undefined;
  }
}

/** Whether Node takes a file for an ES module, by its extension or the nearest package.json. */
function isModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const found = path.basename(directory) === 'node_modules' ? {} : readPackage(directory);
    if (found) return found.type === 'module';
    if (directory === path.dirname(directory)) return false;
  }
}

function importFile(file) {
  return import(require('url').pathToFileURL(file).href);
}

async function loadFile(file) {
  if (isModule(file)) return importFile(file);
  try {
    return require(file);
  } catch (error) {
    if (!needsImport(error, file)) throw error;
    return importFile(file);
  }
}

/** Whether `file` itself, not one that it requires, turned out to be an ES module that only import() takes. */
function needsImport(error, file) {
  if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE' && error?.code !== 'ERR_REQUIRE_ESM') return false;
  return !String(error.stack)
    .split('\n')
    .some((line) => line.startsWith('    at ') && line.includes(`${file}:`));
}

/** Nested attributes of the module, else of its default export. */
function attributeOf(namespace, names) {
  const walk = (root) => names.reduce((value, name) => value?.[name], root);
  return walk(namespace) ?? walk(namespace?.default) ?? walk(namespace);
}

module.exports = { EntryError, find, isModule, load };
