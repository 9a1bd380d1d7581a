const late = require('late'), other = require('other'), now = require('now'), dead = require('dead');
(() => late.a())();
function start() { return inner(); }
function inner() { return other.a(); }
start();
class Base { static value = now.a(); static { dead.a(); } }
exports.Base = Base;
