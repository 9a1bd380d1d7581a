'use strict';
// Which interpreter an image is for.

/** All that the code of scripts depends on, less what V8 itself compares, as one line. */
function interpreter() {
  const { arch, platform, versions } = process;
  return `node ${versions.node}; v8 ${versions.v8}; ${platform}-${arch}`;
}

module.exports = { interpreter };
