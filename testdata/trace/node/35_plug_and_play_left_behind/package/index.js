const pad = require('pad');
exports.handler = pad;
