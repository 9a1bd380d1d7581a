if (typeof define !== 'function') { var define = require('./amd')(module, require); }
define(function (require, exports, module) { exports.d = require('./parts/d'); });
