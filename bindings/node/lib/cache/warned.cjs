'use strict';
// Warnings of what a cache does not do, once for each text.

// Texts have messages of errors in them: no cache has more than so many.
const MOST = 20;

function warner(name) {
  const told = new Set();
  return (text) => {
    if (told.has(text) || told.size >= MOST) return;
    told.add(text);
    process.emitWarning(`${name}: ${text}`, 'HeadstartWarning');
  };
}

module.exports = { warner };
