'use strict';
// The Node twin of app.py, as far as the tests need it.

const told = [];
let count = 0;
let epoch = null;
let wokenMs = 0;

function note(name) {
  return (time) => {
    told.push(name);
    if (time) ({ epoch, wallClockMs: wokenMs } = time);
  };
}

const registry = {};
for (const [kind, name] of [['beforeFreeze', 'before_freeze'], ['afterThaw', 'after_thaw']]) {
  registry[kind] = [note(`${name}_1`), note(`${name}_2`)];
}
globalThis[Symbol.for('headstart.hooks')] = registry;

exports.handler = async () => {
  count += 1;
  return { pid: process.pid, count, told, epoch, late_ns: (Date.now() - wokenMs) * 1e6 };
};
