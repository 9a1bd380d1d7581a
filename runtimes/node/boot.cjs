'use strict';
// The launcher's first file: `node [flags] boot.cjs FD`, or `node boot.cjs --probe`. Written so that any
// Node can parse it, which lets a too old one say so.
var entered = process.hrtime();

var OLDEST = 20;
var EXIT_USAGE = 2;
var EXIT_TOO_OLD = 3;

function leave(message, code) {
  require('fs').writeSync(2, message + '\n');
  process.exit(code);
}

function probe() {
  var answer = {
    implementation: 'node',
    version: process.versions.node,
    executable: process.execPath,
    v8: process.versions.v8,
  };
  require('fs').writeSync(1, JSON.stringify(answer) + '\n');
}

var argument = process.argv[2];
if (parseInt(process.versions.node, 10) < OLDEST) {
  leave(
    'headstart: Node ' + process.versions.node + ' is too old, it takes Node ' + OLDEST + ' or newer',
    EXIT_TOO_OLD,
  );
} else if (argument === '--probe') {
  probe();
} else if (!/^\d+$/.test(argument || '')) {
  leave('headstart: usage: node boot.cjs DESCRIPTOR | --probe', EXIT_USAGE);
} else {
  // Started from a snapshot, whose modules are told so before anything else.
  var snapshot = globalThis[Symbol.for('headstart.snapshot')];
  if (snapshot) snapshot.restored();
  require('./lib/worker.cjs').start(Number(argument), entered);
}
