'use strict';
// Addresses of modules.

const { fileURLToPath } = require('url');

/** The file of an address; null for anything else, such as a file with a query, which is a module of its own. */
function fileOf(url) {
  return url.startsWith('file:') && !/[?#]/.test(url) ? fileURLToPath(url) : null;
}

module.exports = { fileOf };
