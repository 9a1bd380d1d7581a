'use strict';
// Stops this process for a snapshot, with nothing open that leads to the host.

const fs = require('fs');

// Taken before user code runs, which may replace them.
const { kill } = process;

/**
 * Puts files in place of the connection and of the output and stops; returns once the process was restored, with another
 * connection and other pipes.
 */
async function park(channel, { socket, stdout, stderr }) {
  await channel.letGo();
  // The lowest free number is the one that was closed a moment ago.
  for (const [path, descriptor] of [
    [stdout, 1],
    [stderr, 2],
  ]) {
    fs.closeSync(descriptor);
    fs.openSync(path, 'a+');
  }
  channel.descriptor = fs.openSync(socket, 'a+');
  kill.call(process, process.pid, 'SIGSTOP');
  tellNumber();
}

/** The process has another number than before. */
function tellNumber() {
  const value = Number(fs.readlinkSync('/proc/self'));
  Object.defineProperty(process, 'pid', { value, enumerable: true, configurable: true });
}

module.exports = { park };
