var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() { return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports; };
var __toESM = (mod) => ({ ...mod, default: mod });
var require_a = __commonJS({ 'node_modules/a/index.js'(exports, module) { module.exports = require('./packed'); } });
var fs = __toESM(require('fs'));
var path = __toESM(require('path'));
exports.a = require_a();
exports.b = fs.default.readFileSync(path.default.join(__dirname, 'packed.txt'));
