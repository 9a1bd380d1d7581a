'use strict';
// What goes into an image, each entry's content in a file of its own.

const fs = require('fs');
const path = require('path');

const CODE = 'cache';
const FILE = 'file';
const TABLE = 'table';
// Bytes of code for which Node's compile cache gains more than it costs.
const LEAST_CODE = 32 << 10;

/** Writes an entry into a file of its own; what the report says of it. */
function entry(order, name, kind, content, beginning) {
  const file = path.join(order.out, beginning + name.replace('/', '-'));
  fs.writeFileSync(file, content);
  return { name, kind, file };
}

function entries(order, tables, beginning = '') {
  const numbered = (prefix, kind, all) => all.map((it, number) => entry(order, `${prefix}/${String(number).padStart(5, '0')}`, kind, it, beginning));
  return [
    entry(order, 'table/modules', TABLE, tables.text(), beginning),
    ...numbered('source', FILE, tables.sources),
    ...numbered('code', CODE, tables.codes),
  ];
}

/** Whether a start gains by a compile cache. */
function isWorth(directory) {
  if (!fs.existsSync(directory)) return false;
  const files = fs.readdirSync(directory, { recursive: true }).map((it) => fs.statSync(path.join(directory, it)));
  return files.reduce((sum, it) => sum + (it.isFile() ? it.size : 0), 0) >= LEAST_CODE;
}

module.exports = { entries, isWorth };
