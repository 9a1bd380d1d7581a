const late = require('late'), other = require('other'), now = require('now');
let dead = require('dead');
module.exports = { late, get other() { return 1; } };
exports.other = other;
Object.defineProperty(exports, 'now', { enumerable: true, get: function () { return now.a; } });
exports.set = (it) => { dead = it; };
