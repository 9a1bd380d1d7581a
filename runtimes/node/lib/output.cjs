'use strict';
// Standard output and standard error as the protocol wants them: what was written is in the pipe.

/**
 * Makes the two streams block, each when it is first used.
 *
 * Node opens pipes non-blocking, keeps what does not fit in memory without bound and loses it at exit; it
 * also leaves the pipe non-blocking for `fs.writeSync` and for child processes that share it, which then
 * fail with EAGAIN.
 */
function blockWhenFull() {
  trap('stdout');
  trap('stderr');
}

function trap(name) {
  const original = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    ...original,
    get() {
      const stream = original.get.call(process);
      // Files and terminals block already and have no such handle.
      stream._handle?.setBlocking?.(true);
      Object.defineProperty(process, name, original);
      return stream;
    },
  });
}

module.exports = { blockWhenFull };
