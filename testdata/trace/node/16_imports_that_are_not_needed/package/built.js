const late = require('late'), other = require('other'), now = require('now'), dead = require('dead');
const build = () => ({ run: late.a() });
module.exports = build();
module.exports.list = [1].map(() => other.a());
module.exports.made = wrapped(() => now.a());
function wrapped(call) { return call(); }
module.exports.sorted = now.sortBy([2, 1], (it) => late.b(it));
exports.self = () => dead.a();
exports.self();
