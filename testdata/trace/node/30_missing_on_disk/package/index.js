require('gone');
require('closed/inner.js');
require('absent');
require('./nowhere');
try { require('also-absent'); } catch {}
exports.handler = async () => {};
